#!/bin/sh
# A tour of stackup on the swarm that DOCKER_HOST names: the voting example,
# with a small test image in place of the real ones, since a throwaway swarm
# has no registry.
#
#   sh examples/demo.sh PATH-TO-STACKUP
set -eu
stackup=$1
cd "$(dirname "$0")/voting"

app=stackup-test/app:1
export VOTE_IMAGE=$app REDIS_IMAGE=$app WORKER_IMAGE=$app DB_IMAGE=$app RESULT_IMAGE=$app

edit=$(mktemp)
trap 'rm -f "$edit"' EXIT
cat > "$edit" <<'Y'
services:
  vote:
    deploy: {replicas: 4}
  worker:
    image: stackup-test/app:2
Y

bold= plain=
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi
say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
run() { printf '%s$ stackup %s%s\n' "$bold" "$*" "$plain"; "$stackup" "$@"; }

say "What would be created? Nothing is written yet."
run plan voting -c compose.yaml

say "Create it, in the order of depends_on, and wait until everything runs."
run apply voting -c compose.yaml --auto-approve

say "Nothing has changed, so there is nothing to do."
run plan voting -c compose.yaml

say "Two more voters and a new image for the worker: one scales, one restarts, the others are left alone."
run apply voting -c compose.yaml -c "$edit" --auto-approve

say "Remove it all."
run destroy voting --auto-approve

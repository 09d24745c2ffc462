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

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
type_() { printf '\033[1m$ stackup %s\033[0m\n' "$*"; "$stackup" "$@"; }

say "What would be created? Nothing is written yet."
type_ plan voting -c compose.yaml

say "Create it, in the order of depends_on, and wait until everything runs."
type_ apply voting -c compose.yaml --auto-approve

say "Nothing has changed, so there is nothing to do."
type_ plan voting -c compose.yaml

say "Two more voters, and a new image for the worker: one service scales, one restarts, three are left alone."
cat > /tmp/stackup-demo-$$.yaml <<'Y'
services:
  vote:
    deploy: {replicas: 4}
  worker:
    image: stackup-test/app:2
Y
trap 'rm -f /tmp/stackup-demo-$$.yaml' EXIT
type_ apply voting -c compose.yaml -c /tmp/stackup-demo-$$.yaml --auto-approve

say "Remove it all."
type_ destroy voting --auto-approve

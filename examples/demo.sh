#!/bin/sh
# A tour of stackup on the swarm that DOCKER_HOST names: the voting example. With
# an image as third argument that stands in for the real ones, since a throwaway
# swarm has no registry.
#
#   sh examples/demo.sh PATH-TO-STACKUP IMAGE-THAT-IS-MISSING [IMAGE]
set -eu
stackup=$1 missing=$2
cd "$(dirname "$0")/voting"
if [ $# -gt 2 ]; then
  export VOTE_IMAGE="$3" REDIS_IMAGE="$3" WORKER_IMAGE="$3" DB_IMAGE="$3" RESULT_IMAGE="$3"
fi

edits=$(mktemp -d)
trap 'rm -rf "$edits"' EXIT
cat > "$edits/more.yaml" <<'Y'
services:
  vote:
    deploy: {replicas: 4}
Y
cat > "$edits/bad.yaml" <<Y
services:
  vote:
    deploy: {replicas: 4}
  worker:
    image: $missing
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

say "Two more voters: that scales one service, restarts nothing, and leaves the others alone."
run apply voting -c compose.yaml -c "$edits/more.yaml" --auto-approve

say "An image that does not exist: the apply ends as soon as that is certain, and says why."
run apply voting -c compose.yaml -c "$edits/bad.yaml" --auto-approve && exit 1 || echo "(exit code $?)"

say "Back to what was applied before."
run rollback voting --auto-approve

say "What has been applied, and when?"
run history voting

say "Remove it all."
run destroy voting --auto-approve

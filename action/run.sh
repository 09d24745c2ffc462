# Runs stackup. It writes its outputs, its summary and its annotations itself.
set -euo pipefail

words=("$COMMAND")
[ -z "$STACK" ] || words+=("$STACK")
while read -r file; do
	[ -z "$file" ] || words+=(-c "$file")
done <<<"$FILES"
words+=(--md "$RUNNER_TEMP/stackup.md")

case $COMMAND in
plan) export STACKUP_ARGS_PLAN="${STACKUP_ARGS_PLAN-} $ARGS" ;;
apply)
	export STACKUP_ARGS_APPLY="${STACKUP_ARGS_APPLY-} $ARGS"
	case $APPROVE in
	all | safe) words+=("--auto-approve=$APPROVE") ;;
	*) words+=(--approve "$APPROVE") ;;
	esac
	;;
*)
	echo "::error::command: $COMMAND: use plan or apply"
	exit 64
	;;
esac
exec stackup "${words[@]}"

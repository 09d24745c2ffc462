# Finds the ID of the plan that was merged: in the comment under the pull request
# that the commit comes from.
set -euo pipefail
. "$(dirname "$0")/api.sh"

fail() {
	echo "::error::$1; approve: all applies without"
	exit 1
}

number=$(api GET "commits/$GITHUB_SHA/pulls" | jq -r 'map(select(.merged_at)) | .[0].number // empty')
[ -n "$number" ] || fail "commit $GITHUB_SHA comes from no merged pull request, so nobody has approved a plan"
id=$(plan_comment "$number" | jq -r '.body | split("\n")[1] // "" | capture("^<!-- plan-id=(?<id>[0-9a-f]+) -->")? | .id')
[ -n "$id" ] || fail "pull request $number has no plan by $AUTHOR that could be applied"
echo "plan $id, approved with pull request $number"
echo "plan-id=$id" >>"$GITHUB_OUTPUT"

# Writes the plan under the pull request, or why there is none: into the comment
# that is there already, if there is one.
set -euo pipefail
. "$(dirname "$0")/api.sh"

run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
plan=$RUNNER_TEMP/stackup.md
[ -s "$plan" ] || printf '## Failed\n\nThere is no plan.\n' >"$plan"
# The first line but one is for approved.sh.
body=$(
	printf '%s\n<!-- plan-id=%s -->\n' "$marker" "$PLAN_ID"
	cat "$plan"
	printf '\nFor %s, by [this run](%s).\n' "$HEAD" "$run"
)
json=$(jq -n --arg body "$body" '{$body}')

post() {
	local comment
	comment=$(plan_comment "$PULL_REQUEST" | jq -r .id) || return
	if [ -n "$comment" ]; then
		api PATCH "issues/comments/$comment" "$json"
	else
		api POST "issues/$PULL_REQUEST/comments" "$json"
	fi
}
post >/dev/null || echo "::warning::the plan could not be written under the pull request; the job needs pull-requests: write, which one from a fork never has"

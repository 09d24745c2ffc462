# What the steps share that speak to GitHub: to be sourced.

# The first line of the comment that holds the plan. PLAN_OF tells apart the
# plans that one pull request has.
marker="<!-- stackup $(printf %s "$PLAN_OF" | tr -c 'A-Za-z0-9_./' _) -->"

# api METHOD PATH [JSON]: prints the answer.
api() {
	curl -sS --fail-with-body --retry 3 -X "$1" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$2" \
		-H "Authorization: Bearer $TOKEN" -H "Accept: application/vnd.github+json" ${3+--data "$3"}
}

# plan_comment NUMBER: the comment with the plan under a pull request, or
# nothing. Others can write the same marker, so only the author's own count.
plan_comment() {
	local page=1 list found
	while :; do
		list=$(api GET "issues/$1/comments?per_page=100&page=$page") || return
		[ "$(jq length <<<"$list")" -gt 0 ] || return 0
		found=$(jq -c --arg marker "$marker" --arg author "$AUTHOR" \
			'first(.[] | select(.user.login == $author and (.body | startswith($marker))))' <<<"$list")
		[ -z "$found" ] || break
		page=$((page + 1))
	done
	printf '%s\n' "$found"
}

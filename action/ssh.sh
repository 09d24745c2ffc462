# Gives the key to an ssh-agent of the job, so that it is in no file. The host's
# key has to be known: to ask the network for it would be to trust anybody.
set -euo pipefail

if [ -z "$KNOWN_HOSTS" ]; then
	echo "::error::ssh-key needs known-hosts: run ssh-keyscan HOST in a place that you trust, and keep its lines as a variable"
	exit 1
fi
mkdir -p ~/.ssh
chmod 700 ~/.ssh
printf '%s\n' "$KNOWN_HOSTS" >>~/.ssh/known_hosts
eval "$(ssh-agent -s)" >/dev/null
printf '%s\n' "$SSH_KEY" | tr -d '\r' | ssh-add -q -
printf 'SSH_AUTH_SOCK=%s\nSSH_AGENT_PID=%s\n' "$SSH_AUTH_SOCK" "$SSH_AGENT_PID" >>"$GITHUB_ENV"

# Runs the daemons of a throwaway swarm until standard input closes.
#
#   sh swarm.sh DIR NODES
#
# DAEMON in the environment is more arguments for each dockerd.
#
# Everything the daemons make lives in namespaces of its own: processes, mounts,
# networks. The kernel takes all of it away when the first process in there
# ends, however it ends. What is left are a folder and empty control groups.
set -eu
dir=$1 nodes=$2 stage=${3:-outside} node=${4:-}

# The folder's name is random, so it also names the control groups.
cgroup=$(basename "$dir")

case $stage in
outside)
	unshare --pid --fork --kill-child --mount-proc --mount --propagation private --net \
		sh "$0" "$dir" "$nodes" switch || true
	rm -rf "$dir"
	find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} +
	;;

switch) # a network of its own that joins the nodes
	ip link add switch type bridge
	ip link set switch up
	for node in $(seq "$nodes"); do
		unshare --net --uts --ipc sh "$0" "$dir" "$nodes" node "$node" >"$dir/node$node.log" 2>&1 &
	done
	cat >/dev/null # until whoever started us closes its end, or dies
	;;

node)
	ip link set lo up
	ip link add eth0 type veth peer name "port$node" netns 1
	nsenter --target 1 --net ip link set "port$node" master switch up
	ip address add "10.77.0.$node/24" dev eth0
	ip link set eth0 up
	hostname "node$node"
	home=$dir/node$node
	mkdir "$home"
	run() {
		rm -f "$home.ended" "$home/pid"
		{
			dockerd --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/pid" \
				-H "unix://$home/docker.sock" \
				--cgroup-parent "/$cgroup" --exec-opt native.cgroupdriver=cgroupfs $DAEMON || true
			touch "$home.ended"
		} 3>&- &
	}
	run
	mkfifo "$home.orders"
	exec 3<>"$home.orders"
	while read -r order <&3; do
		case $order in
		kill) kill -9 "$(cat "$home/pid")" ;;
		start) run ;;
		cut) ip link set eth0 down && touch "$home.cut" ;;
		mend) ip link set eth0 up && rm "$home.cut" ;;
		esac
	done
	;;
esac

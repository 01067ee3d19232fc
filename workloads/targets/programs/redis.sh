#!/bin/sh
# Redis with appendonly and appendfsync FSYNC. Each SET is acknowledged once the server has answered.
#
#	redis.sh run FSYNC DIR     redis.sh check DIR ACKS
set -e
socket=$(mktemp -u /tmp/redis.XXXXXX)
start() { # DIR FSYNC
	redis-server --port 0 --unixsocket "$socket" --dir "$1" --appendonly yes --appendfsync "$2" --save '' --daemonize no >"$socket.log" 2>&1 &
	server=$!
	trap 'kill -9 $server 2>/dev/null; rm -f "$socket" "$socket.log"' EXIT
	for _ in $(seq 500); do
		[ "$(redis-cli -s "$socket" ping 2>/dev/null)" = PONG ] && return 0
		kill -0 $server 2>/dev/null || return 1
		sleep 0.01
	done
	return 1
}
case $1 in
run)
	start "$3" "$2"
	for i in $(seq 10); do
		[ "$(redis-cli -s "$socket" set "key$i" "value$i")" = OK ]
		echo "key$i" >>"$3/.torture/ack"
	done
	;;
check)
	if ! start "$2" always; then
		echo "the server does not start: $(tail -n 1 "$socket.log" | cut -c1-200)"
		exit 1
	fi
	while read -r key; do
		[ "$(redis-cli -s "$socket" get "$key")" = "value${key#key}" ] || { echo "$key is lost"; exit 1; }
	done <"$3"
	;;
esac

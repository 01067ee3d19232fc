#!/bin/sh
# A client for a Redis server that listens on a socket in TMP. It sets keys to values of BYTES bytes and more, each acknowledged
# once the server has answered, or checks that the acknowledged ones are there. With serve, the server is started as its operator
# would: if it does not start because the last command in its file is torn, the file is repaired in the way that its message asks
# for. With setup, it has started once before.
#
#	redis.sh ready TMP     redis.sh work DIR TMP [KEYS [BYTES]]     redis.sh check ACKS TMP [BYTES]
#	redis.sh setup DIR TMP     redis.sh serve DIR TMP
set -e
server() {
	redis-server --port 0 --unixsocket "$2/s" --dir "$1" --save '' --appendonly yes --appendfsync always
}
case $1 in
ready) [ "$(redis-cli -s "$2/s" ping)" = PONG ] ;;
work)
	for i in $(seq "${4-10}"); do
		[ "$(printf "value$i.%0${5-1}d" 0 | redis-cli -s "$3/s" -x set "key$i")" = OK ]
		echo "key$i" >>"$2/.torture/ack"
	done
	;;
check)
	lost=$(redis-cli -s "$3/s" eval 'for i = 1, ARGV[1] do
		if redis.call("get", "key" .. i) ~= "value" .. i .. "." .. string.rep("0", ARGV[2]) then return "key" .. i .. " is lost" end
	end' 0 "$(wc -l <"$2")" "${4-1}")
	[ -z "$lost" ] || { echo "$lost"; exit 1; }
	;;
setup)
	server "$2" "$3" >"$3/log" &
	until redis-cli -s "$3/s" ping >"$3/pong" 2>&1; do sleep 0.1; done
	redis-cli -s "$3/s" shutdown
	wait
	;;
serve)
	server "$2" "$3" && exit
	yes | redis-check-aof --fix "$2/appendonlydir/appendonly.aof.manifest"
	server "$2" "$3"
	;;
esac

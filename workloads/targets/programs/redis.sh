#!/bin/sh
# A client for a Redis server that listens on a socket in TMP. It sets keys, each acknowledged once the server has answered, or
# checks that the acknowledged ones are there.
#
#	redis.sh ready TMP     redis.sh work DIR TMP     redis.sh check ACKS TMP
set -e
case $1 in
ready) [ "$(redis-cli -s "$2/s" ping)" = PONG ] ;;
work)
	for i in $(seq 10); do
		[ "$(redis-cli -s "$3/s" set "key$i" "value$i")" = OK ]
		echo "key$i" >>"$2/.torture/ack"
	done
	;;
check)
	while read -r key; do
		[ "$(redis-cli -s "$3/s" get "$key")" = "value${key#key}" ] || { echo "$key is lost"; exit 1; }
	done <"$2"
	;;
esac

#!/bin/sh
# etcd with one member, which has started once before the first power cut. Each key is acknowledged once the server has answered.
# Keys and values are in base64, as etcd's gateway requires.
#
#	etcd.sh setup SERVER DIR    etcd.sh serve SERVER DIR    etcd.sh ready    etcd.sh work DIR KEYS    etcd.sh check ACKS
set -e
url=http://127.0.0.1:2379
ask() { curl -sf --max-time 20 "$url/v3/kv/$1" -d "$2"; }
key() { printf 'key%04d' "$1" | base64; }
case $1 in
setup)
	sh "$0" serve "$2" "$3" &
	until ask range '{"key":"AA=="}' >/dev/null; do
		kill -0 $!
		sleep 0.1
	done
	kill $!
	wait $! || true
	;;
serve)
	exec "$2" --data-dir "$3/data" --name one --log-level error --listen-client-urls $url --advertise-client-urls $url \
		--listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
		--initial-cluster one=http://127.0.0.1:2380 --backend-batch-interval 1ms
	;;
ready) ask range '{"key":"AA=="}' ;;
work)
	value=$(head -c 3000 /dev/zero | base64 -w 0)
	for i in $(seq "$3"); do
		ask put "{\"key\":\"$(key "$i")\",\"value\":\"$value\"}" >/dev/null
		echo "$i" >>"$2/.torture/ack"
	done
	;;
check)
	wanted=$(wc -l <"$2")
	there=$(ask range '{"key":"a2V5","range_end":"a2Z5","keys_only":true}') || { echo "the server does not answer"; exit 1; }
	for i in $(seq "$wanted"); do
		case $there in *"$(key "$i")"*) ;; *) echo "key $i is lost"; exit 1 ;; esac
	done
	;;
esac

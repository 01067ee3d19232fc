#!/bin/sh
# git: commits, each acknowledged with its ID once git has exited successfully. FSYNC is a value of core.fsync.
#
#	git.sh run FSYNC DIR     git.sh check DIR ACKS
set -e
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_DATE='1000000000 +0000' GIT_COMMITTER_DATE='1000000000 +0000'
case $1 in
run)
	fsync=$2 dir=$3
	git() { command git -C "$dir" -c core.fsync="$fsync" -c core.fsyncMethod=fsync -c gc.auto=0 -c user.name=lab -c user.email=lab@example.com "$@"; }
	git init -q -b main .
	for i in 1 2 3; do
		echo "content $i" >"$dir/file$i"
		git add "file$i"
		git commit -q -m "commit $i"
		git rev-parse HEAD >>"$dir/.torture/ack"
	done
	;;
check)
	last=$(tail -n 1 "$3")
	[ -n "$last" ] || exit 0
	problem=$(git -C "$2" fsck --strict 2>&1 | grep -v '^notice' | head -n 1)
	git -C "$2" merge-base --is-ancestor "$last" main 2>/dev/null || { echo "an acknowledged commit is not on the branch: ${problem:-the branch is older}"; exit 1; }
	git -C "$2" archive "$last" >/dev/null 2>&1 || { echo "an acknowledged commit cannot be checked out: $problem"; exit 1; }
	;;
esac

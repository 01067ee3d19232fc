package programtest

import (
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// Notes is a store in shell: each note is a file that is written under a temporary name and renamed. Its argument is the directory.
const Notes = `set -e
for i in 1 2 3; do
	echo "this is note$i" >"$1/tmp"
	sync "$1/tmp"  # fsync of the file
	mv "$1/tmp" "$1/note$i"
	sync "$1"      # fsync of the directory
	echo "note$i" >>"$1/.torture/ack"
done`

// CheckNotes checks that every acknowledged note is there, and nothing of the lab. Its arguments are the directory and the file
// with the acknowledgements.
const CheckNotes = `while read -r note; do
	[ "$(cat "$1/$note")" = "this is $note" ] || { echo "$note is lost"; exit 1; }
done <"$2"
[ ! -e "$1/.torture" ] || { echo "something of the lab is there"; exit 1; }`

// Shell returns the command that runs a script with arguments.
func Shell(script string, args ...string) []string {
	return append([]string{"/bin/sh", "-c", script, "sh"}, args...)
}

// NotesOf returns the spec of Notes or of a version of it that has been changed.
func NotesOf(script string) native.Spec {
	return native.Spec{Program: Shell(script, program.Dir), Check: Shell(CheckNotes, program.Dir, "{acks}")}
}

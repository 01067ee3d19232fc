package native_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/programtest"
)

// rows is a log in shell. Each run appends two rows. It starts by removing what is no row, which a crash may have left at the end.
const rows = `set -e
touch "$1/log"
grep -ax 'row [0-9]*' "$1/log" >"$1/tmp" || :; sync "$1/tmp"; mv "$1/tmp" "$1/log"
sync "$1"
n=$(grep -acx 'row [0-9]*' "$1/log") || :
for i in 1 2; do
	echo "row $((n + i))" >>"$1/log"
	sync "$1/log"
	echo "row $((n + i))" >>"$1/.torture/ack"
done`

// checkRows checks that every acknowledged row is there.
const checkRows = `while read -r row; do grep -aqx "$row" "$1/log" || { echo "$row is lost"; exit 1; }; done <"$2"`

func TestAgainFindsARecoveryThatLeavesATornEnd(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	sloppy := strings.Replace(rows, `grep -ax`, `cat "$1/log" #`, 1)
	sloppy = strings.Replace(sloppy, ` >"$1/tmp" || :;`, "\n", 1)
	sloppy = strings.Replace(sloppy, `sync "$1/tmp"; mv "$1/tmp" "$1/log"`, "", 1)
	for _, row := range []struct {
		script string
		again  bool
		found  bool
	}{{rows, true, false}, {sloppy, false, false}, {sloppy, true, true}} {
		s := native.Spec{Program: programtest.Shell(row.script, program.Dir), Check: programtest.Shell(checkRows, program.Dir, "{acks}"), Again: row.again}
		result := explore(t, s)
		assert.Equal(t, !row.found, result.Passed, "%+v", result)
		if row.found {
			require.NotEmpty(t, result.Findings)
			assert.Regexp(t, `^after the program had gone on with the recovered store: row \d is lost$`, result.Findings[0].Sentence)
		}
	}
}

func TestAgainRefusesAProgramWhoseSecondRunFails(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	s := native.Spec{Program: programtest.Shell(`mkdir "$1/d" && sync "$1" && echo d >>"$1/.torture/ack"`, program.Dir), Check: programtest.Shell("true", program.Dir), Again: true}
	_, err := native.Explore(t.Context(), native.Request{Spec: s, Profile: "posix-min", Limits: program.Limits{Workers: 2}}, nil)
	require.ErrorContains(t, err, native.ErrNotTwice.Error())
	assert.ErrorContains(t, err, "File exists")
}

package blockfs

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
)

func TestFailureHitsTheBytesOfAFile(t *testing.T) {
	t.Parallel()
	content := append(bytes.Repeat([]byte{'o'}, 512), bytes.Repeat([]byte{'n'}, 88)...)
	page := func(sector int, data string) blocklog.Op {
		b := make([]byte, blocklog.PageBytes)
		copy(b[sector*512:], data)
		return blocklog.Op{Kind: blocklog.Write, Off: 8192, Len: int64(len(b)), Data: b}
	}
	for _, test := range []struct {
		name    string
		failure Failure
		op      blocklog.Op
		want    bool
	}{
		{"its first sector", Failure{Content: content, Times: 1}, page(0, "oooooooooooo"), true},
		{"its second sector, after other bytes", Failure{Content: content, Times: 1}, page(3, "nnnnnnnn"), true},
		{"other bytes", Failure{Content: content, Times: 1}, page(0, "nnnnoooo"), false},
		{"its bytes within a sector are those of a journal or a node", Failure{Content: content, Times: 1}, page(0, "....oooooooooooo"), false},
		{"the failure has happened as often as it should", Failure{Content: content}, page(0, "oooooooo"), false},
		{"its bytes in its place", Failure{Content: content, Times: 1, From: 8192, To: 12288}, page(0, "oooooooo"), true},
		{"its bytes before its place", Failure{Content: content, Times: 1, From: 12288, To: 16384}, page(0, "oooooooo"), false},
		{"its bytes after its place", Failure{Content: content, Times: 1, From: 4096, To: 8192}, page(0, "oooooooo"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.failure.hits(test.op))
		})
	}
}

func TestDiskRecordsAcceptedWritesAndFailsOthers(t *testing.T) {
	t.Parallel()
	letters := []byte("nnnnnnnn")
	write := blocklog.Op{Kind: blocklog.Write, Len: 512, Data: append(letters, make([]byte, 504)...)}
	d := &disk{data: blocklog.NewDisk(nil)}
	require.True(t, d.do(write))
	require.Empty(t, d.log, "nothing is recorded yet")
	d.before, d.fail = d.data.Fork(), Failure{Content: letters, Times: 1}
	require.False(t, d.do(write))
	require.True(t, d.do(write), "it fails once")
	require.True(t, d.do(blocklog.Op{Kind: blocklog.Flush}))
	require.Len(t, d.log, 2, "a failed write is not recorded")
	require.Equal(t, 1, d.failed)
	write.Data[0] = 'x'
	require.Equal(t, letters, d.log[0].Data[:8], "the log has its own copy")
}

package explain

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestASentenceTellsTwoCallsApart(t *testing.T) {
	later, other := Site{Op: "write", Path: "journal"}, Site{Op: "write", Path: "journal", Source: "log.go:7"}
	same, part := Site{Op: "write", Path: "journal"}, Site{Op: "write", Path: "journal", Part: true}
	assert.Equal(t, "an earlier one", same.textAfter(&later))
	assert.Equal(t, "a part of an earlier one", part.textAfter(&later))
	assert.Equal(t, "the write of journal (`log.go:7`)", other.textAfter(&later))
	header := &faultfs.Op{Kind: faultfs.OpWrite, Data: make([]byte, 4096)}
	record := &faultfs.Op{Kind: faultfs.OpWrite, Data: make([]byte, 4096), Off: 8192}
	assert.Equal(t, "that write was of bytes 0 to 4095, and the one of bytes 8192 to 12287", apart(&same, &later, record, header))
	assert.Equal(t, "the write of journal (`log.go:7`)", apart(&other, &later, record, header))
	assert.Equal(t, "the write of journal", apart(&same, &later, header, header))
	root := Site{Op: "sync"}
	assert.Equal(t, "the sync of the root directory", root.text())
}

func TestALineOfCallsShowsTheInnermostAndTheOutermostCalls(t *testing.T) {
	site := Site{Op: "sync", Path: "log", Source: "a.go:0"}
	for i := range 9 {
		site.Stack = append(site.Stack, fmt.Sprintf("a.go:%d p.(*T).f%d", i, i))
	}
	e := Explanation{By: &site}
	assert.Equal(t, []string{"sync of log: a.go:0 f0 ← a.go:1 f1 ← a.go:2 f2 ← a.go:3 f3 ← a.go:4 f4 ← ... ← a.go:7 f7 ← a.go:8 f8"}, e.Calls())
	site.Stack = site.Stack[:7]
	assert.Equal(t, []string{"sync of log: a.go:0 f0 ← a.go:1 f1 ← a.go:2 f2 ← a.go:3 f3 ← a.go:4 f4 ← a.go:5 f5 ← a.go:6 f6"}, e.Calls())
}

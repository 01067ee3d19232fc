package lrec_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
)

func recording(t *testing.T) *program.Recording {
	t.Helper()
	tape := program.NewTape()
	for _, name := range []string{"a", "b"} {
		f, err := tape.FS.Create(name)
		require.NoError(t, err)
		_, err = f.WriteString("content of " + name)
		require.NoError(t, err)
		require.NoError(t, f.Sync())
		tape.Ack(name)
	}
	return tape.Recording("test", []string{"store", program.Dir})
}

func TestSaveAndLoadRoundTrip(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "deep", "run"+lrec.Ext)
	rec := recording(t)
	rec.Stacks = &program.Stacks{
		Frames: []program.Frame{{Function: "main", File: "store.c", Line: 3, Module: "store"}},
		Stacks: []program.Stack{{Program: "store", Frames: []int{0}}, {Note: program.ByKernel}},
		Of:     make([]int, len(rec.Trace)),
	}
	rec.Stacks.Of[0], rec.Stacks.Of[1] = 2, 1
	f, err := lrec.New(map[string]string{"check": "it"}, rec, nil)
	require.NoError(t, err)
	require.NoError(t, f.Save(name))
	got, err := lrec.Load(name)
	require.NoError(t, err)
	assert.Equal(t, rec, got.Recording)
	assert.JSONEq(t, `{"check":"it"}`, string(got.Spec))
}

func TestRequestsToABlockDeviceAreAnotherKindOfFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "run"+lrec.Ext)
	f, err := lrec.New(nil, &program.Recording{Way: "ext4"}, nil)
	require.NoError(t, err)
	f.Blocks = json.RawMessage(`{"filesystem":"ext4"}`)
	require.NoError(t, f.Save(name))
	got, err := lrec.Load(name)
	require.NoError(t, err)
	assert.Equal(t, "program-on-blocks", got.Kind, "a version that does not know blocks must refuse the file")
	assert.Equal(t, f.Blocks, got.Blocks)
}

// A finding is saved with the recording up to its crash, and no more.
func TestAFindingIsSavedWithTheRecordingUpToItsCrash(t *testing.T) {
	t.Parallel()
	rec := recording(t)
	f, err := lrec.New(nil, rec, &program.Finding{Tick: rec.Trace[2].Tick})
	require.NoError(t, err)
	assert.Len(t, f.Recording.Trace, 3)
	assert.Equal(t, []program.Ack{rec.Acks[0]}, f.Recording.Acks)
}

// zipped writes a file of gzipped text.
func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	name := filepath.Join(t.TempDir(), "file"+lrec.Ext)
	require.NoError(t, os.WriteFile(name, b.Bytes(), 0o600))
	return name
}

func TestFilesThatAreNotRecordingsAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		`not JSON`: "its content",
		`{"version":1,"kind":"other","recording":{}}`:                                                                                    "it is JSON of another kind",
		`{"version":1,"kind":"program"}`:                                                                                                 "it is JSON of another kind",
		`{"version":1,"kind":"program-on-blocks","recording":{}}`:                                                                        "it is JSON of another kind",
		`{"version":1,"kind":"program","recording":{},"blocks":{}}`:                                                                      "it is JSON of another kind",
		`{"version":2,"kind":"program","recording":{}}`:                                                                                  "a newer program wrote",
		`{"version":1,"kind":"program","recording":{"acks":[{"t":2,"text":""},{"t":1,"text":""}]}}`:                                      "acknowledgement 1 is at tick 1, after tick 2",
		`{"version":1,"kind":"program","recording":{"stacks":{"of":[0]}}}`:                                                               "1 stacks for 0 operations",
		`{"version":1,"kind":"program","recording":{"trace":[{"t":1,"k":5,"i":2}],"stacks":{"of":[1]}}}`:                                 "operation 0 has stack 1 of 0",
		`{"version":1,"kind":"program","recording":{"stacks":{"stacks":[{"calls":[0]}]}}}`:                                               "a call that the file does not describe",
		`{"version":1,"kind":"program","recording":{"stacks":{"frames":[{}],"stacks":[{"calls":[` + strings.Repeat("0,", 64) + `0]}]}}}`: "has 65 calls",
		`{"version":1,"kind":"program","recording":{"trace":[{"t":1,"k":5,"i":2,"o":99999999999999}]}}`:                                  "the limit is",
		`{"version":1,"kind":"program","recording":{"trace":[{"t":1,"k":5,"i":2},{"t":1,"k":5,"i":2}]}}`:                                 "after tick 1",
	} {
		_, err := lrec.Load(zipped(t, text))
		require.ErrorIs(t, err, lrec.ErrFile)
		require.ErrorContains(t, err, why, text)
	}
	for name, why := range map[string]string{t.TempDir(): "not a regular file", "/nothing": "no such file"} {
		_, err := lrec.Load(name)
		require.ErrorIs(t, err, lrec.ErrFile)
		require.ErrorContains(t, err, why)
	}
}

// FuzzLoad looks for content that is accepted but cannot be searched.
func FuzzLoad(f *testing.F) {
	const trace = `{"version":1,"kind":"program","recording":{"trace":[{"t":1,"k":0,"p":"a","i":2,"e":[{"in":1,"n":"a","i":2}]},{"t":2,"k":5,"p":"a","i":2,"d":"YWJj","s":3}],"acks":[{"t":3,"text":"x"}]`
	f.Add(trace + `}}`)
	f.Add(trace + `,"stacks":{"frames":[{"f":"main","s":"store.c","l":3,"m":"store"}],"stacks":[{"program":"store","calls":[0]}],"of":[1,0]}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := lrec.Load(zipped(t, text))
		if err != nil {
			return
		}
		for _, op := range file.Recording.Trace {
			if op.Size > 1<<20 || op.Off > 1<<20 {
				return // within the limit, and slow
			}
		}
		ticks := file.Recording.Ticks()
		line := faultfs.NewTimeline(faultfs.Recorded(file.Recording.Trace), faultfs.Model{}, 0)
		for _, tick := range ticks[:min(len(ticks), 20)] {
			point := line.Advance(tick)
			_, _ = program.ContentOf(point.Image(faultfs.ImageOptions{})) // it may be refused, but must not panic
			_ = file.Recording.Acked(tick)
			_ = file.Recording.Until(tick)
		}
		if model := (faultfs.Model{Profile: faultfs.PosixMin()}); len(ticks) < 20 {
			_ = program.Audit(file.Recording, model) // names the source of operations
		}
	})
}

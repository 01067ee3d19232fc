package replay

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// FuzzRejudge judges evidence that may have been written by anyone. It is refused or gets a verdict; nothing panics.
func FuzzRejudge(f *testing.F) {
	for _, name := range []string{"growth", "rule", "device"} { // the small ones
		data, err := os.ReadFile(filepath.Join("..", "testdata", "replay", name+evidence.Ext))
		require.NoError(f, err)
		z, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(f, err)
		var text bytes.Buffer
		_, err = text.ReadFrom(z)
		require.NoError(f, err)
		f.Add(text.String())
	}
	file := filepath.Join(f.TempDir(), "saved"+evidence.Ext)
	packed := bytes.Buffer{}
	z, err := gzip.NewWriterLevel(&packed, gzip.NoCompression)
	require.NoError(f, err)
	targets := []contract.Target{toy.Target(toy.Correct)}
	f.Fuzz(func(t *testing.T, text string) {
		packed.Reset()
		z.Reset(&packed)
		_, err := z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		require.NoError(t, os.WriteFile(file, packed.Bytes(), 0o600))
		v, err := evidence.Load(file)
		if err != nil || v.Spec.Scenario != "" || v.Spec.Size.Clients*v.Spec.Size.Ops+v.Spec.Size.Keys > 10_000 {
			return // these take too long
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _ = Rejudge(ctx, targets, file)
	})
}

// Numbers, texts and lists of saved findings are changed at random. Whatever Load accepts is judged and replayed;
// nothing panics.
func TestChangedEvidenceDoesNotPanic(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "replay", "*"+evidence.Ext))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	changed, accepted := filepath.Join(t.TempDir(), "changed"+evidence.Ext), 0
	targets := []contract.Target{toy.Target(toy.Correct)}
	rng := rand.New(rand.NewPCG(1, 1))
	for range changesTried {
		name := files[rng.IntN(len(files))]
		content := unpacked(t, name)
		for range 1 + rng.IntN(2) {
			change(rng, content)
		}
		text, err := json.Marshal(content)
		require.NoError(t, err)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err = z.Write(text)
		require.NoError(t, errors.Join(err, z.Close(), os.WriteFile(changed, packed.Bytes(), 0o600)))
		if _, err := evidence.Load(changed); err != nil {
			continue
		}
		accepted++
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		notPanicking(t, name, text, func() { _, _ = Rejudge(ctx, targets, changed) })
		notPanicking(t, name, text, func() { _, _ = Replay(ctx, targets, changed, Options{Patience: time.Second}) })
		cancel()
	}
	require.Greater(t, accepted, changesTried/10)
}

const changesTried = 300

func notPanicking(t *testing.T, name string, text []byte, call func()) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			saved := filepath.Join(os.TempDir(), fmt.Sprintf("%s-%x.json", filepath.Base(name), sha256.Sum256(text)))
			_ = os.WriteFile(saved, text, 0o600)
			t.Errorf("%s, changed: %v; see %s\n%s", name, p, saved, debug.Stack())
		}
	}()
	call()
}

// unpacked returns the content of a saved finding.
func unpacked(t *testing.T, name string) any {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	decoder := json.NewDecoder(z)
	decoder.UseNumber() // a seed has 64 bits
	var content any
	require.NoError(t, decoder.Decode(&content))
	return content
}

// change changes one value somewhere inside a list or object.
func change(rng *rand.Rand, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return
		}
		names := slices.Sorted(maps.Keys(v))
		name := names[rng.IntN(len(names))]
		if name == "version" || name == "engine" {
			return
		}
		v[name] = changed(rng, v[name])
	case []any:
		if len(v) > 0 {
			i := rng.IntN(len(v))
			v[i] = changed(rng, v[i])
		}
	}
}

// changed returns another value of the same type, or the value with a change inside.
func changed(rng *rand.Rand, v any) any {
	switch v := v.(type) {
	case json.Number:
		return []json.Number{"0", "1", "-1", "2", "7", "99", "4096", "1000000", "2147483648", "9223372036854775807"}[rng.IntN(10)]
	case string:
		return []string{"", "a", "/", "/store", "AAAA", "kv", "bitrot", "eio write nth=1", v + "/.."}[rng.IntN(9)]
	case bool:
		return !v
	case []any:
		switch rng.IntN(8) {
		case 0:
			return []any{}
		case 1:
			return v[:rng.IntN(len(v)+1)]
		case 2:
			return append(slices.Clone(v), v...)
		case 3:
			rng.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
			return v
		case 4:
			return nil
		}
		change(rng, v)
	case map[string]any:
		if rng.IntN(12) == 0 {
			return map[string]any{}
		}
		change(rng, v)
	}
	return v
}

package unwind

import (
	"debug/gosym"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// section is an .eh_frame as gcc makes it, at address 0x2000: functions at 0x1000, with 0x40 bytes, and at 0x1040, with 0x20.
const section = `
	14000000 00000000 01 7a5200 01 78 10 01 1b 0c0708 9001 0000
	24000000 1c000000 e0efffff 40000000 00 41 0e10 8602 43 0d06 02 30 0c0708 00000000000000000000
	14000000 44000000 f8efffff 20000000 00 44 0e20 0710 0000
	00000000`

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	require.NoError(t, err)
	return b
}

func TestRowsOfAFunction(t *testing.T) {
	t.Parallel()
	all := parseFrames(unhex(t, section), 0x2000, true)
	require.Len(t, all, 2)
	ret, rbp := saved{savedAt, -8}, saved{savedAt, -16}
	for addr, want := range map[uint64]row{
		0x1000: {start: 0x1000, cfaReg: regRSP, cfaOff: 8, cfaKnown: true, rip: ret},            // push %rbp
		0x1001: {start: 0x1000, cfaReg: regRSP, cfaOff: 16, cfaKnown: true, rip: ret, rbp: rbp}, // mov %rsp,%rbp
		0x1004: {start: 0x1000, cfaReg: regRBP, cfaOff: 16, cfaKnown: true, rip: ret, rbp: rbp},
		0x1033: {start: 0x1000, cfaReg: regRBP, cfaOff: 16, cfaKnown: true, rip: ret, rbp: rbp},
		0x1034: {start: 0x1000, cfaReg: regRSP, cfaOff: 8, cfaKnown: true, rip: ret, rbp: rbp}, // ret
		0x1044: {start: 0x1040, cfaReg: regRSP, cfaOff: 32, cfaKnown: true, rip: saved{how: undefined}},
	} {
		got, err := all.at(addr)
		require.NoError(t, err)
		assert.Equal(t, want, got, "%#x", addr)
	}
	for _, addr := range []uint64{0, 0xfff, 0x1060, 1 << 63} {
		_, err := all.at(addr)
		require.ErrorIs(t, err, errCFI)
	}
}

// FuzzFrames looks for sections that make the parser or the interpreter panic or hang.
func FuzzFrames(f *testing.F) {
	f.Add(unhex(f, section), uint64(0x1004), true)
	f.Add([]byte("\x14\x00\x00\x00\xff\xff\xff\xff\x04\x00\x08\x00\x01\x78\x10\x0c\x07\x08\x90\x01\x00\x00\x00\x00"), uint64(9), false)
	f.Fuzz(func(_ *testing.T, section []byte, addr uint64, eh bool) {
		all := parseFrames(section, 0x2000, eh)
		_, _ = all.at(addr)
		for i := range all {
			_, _ = all[i].at(all[i].end - 1)
		}
	})
}

func TestFrameSizesFromCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code string
		size uint64 // 0: unknown
	}{
		"gcc -O0":                     {"f30f1efa 55 4889e5 4883ec20 e800000000", 48},
		"large":                       {"55 4889e5 4881ec18020000 897dfc e800000000", 16 + 0x218},
		"add of a negative number":    {"55 4889e5 4883c480 e800000000", 16 + 128},
		"saved registers":             {"55 4889e5 4154 4189fc 53 4881ec00200000 e800000000", 16 + 16 + 0x2000},
		"other work first":            {"55 4889f1 31c0 4889e5 4155 e800000000", 24},
		"probes of the stack":         {"55 4889e5 4881ec00100000 48830c2400 4883ec40 e800000000", 16 + 0x1040},
		"an early return":             {"55 4889e5 53 85ff 7503 5b 5d c3 e800000000", 24},
		"a loop of probes":            {"55 4889e5 4c8d9c2400f0feff 4881ec00100000 48830c2400 4c39dc 75ef 4883ec10 e800000000", 0},
		"alloca":                      {"55 4889e5 4829c4 e800000000", 0},
		"an aligned stack":            {"55 4889e5 4883e4e0 e800000000", 0},
		"RBP is an ordinary variable": {"55 4883ec10 e800000000", 0},
		"not code":                    {"ff", 0},
	} {
		p, ok := readPrologue(unhex(t, c.code))
		if c.size == 0 {
			assert.False(t, ok && p.rbp, name)
			continue
		}
		assert.True(t, ok && p.rbp, name)
		assert.Equal(t, c.size, p.size, name)
	}
}

func TestCallsBeforeAReturnAddress(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]call{
		"9090 e8fb0f0000":   {direct: true, to: 0x1ffb},
		"909090 90 90 ffd0": {indirect: true},
		"ff942480000000":    {indirect: true},
		"90909090909090":    {},
		"90":                {},
	} {
		assert.Equal(t, want, decodeCall(unhex(t, code), 0x1000), code)
	}
}

// stack is a memory whose words begin at an address.
type stack struct {
	at    uint64
	words []uint64
}

func (s stack) word(addr uint64) (uint64, bool) {
	if addr < s.at || addr >= s.at+8*uint64(len(s.words)) {
		return 0, false
	}
	return s.words[(addr-s.at)/8], true
}

// only is the code of a process with a single file, whose addresses are those of the process.
type only struct{ m *module }

func (o only) module(pc uint64) (*module, uint64, bool) { return o.m, pc, pc >= 0x1000 && pc < 0x2000 }

func TestAStackEndsWithTheReason(t *testing.T) {
	t.Parallel()
	m := &module{cfi: []frames{parseFrames(unhex(t, section), 0x2000, true)}, rows: map[uint64]*rowAt{}, calls: map[uint64]call{}, named: &names{}}
	for name, c := range map[string]struct {
		pc    uint64
		words []uint64
		calls int
		ends  string
	}{
		"at the outermost call":                    {0x1000, []uint64{0x1045}, 2, ""},
		"at a return address of zero":              {0x1000, []uint64{0}, 1, ""},
		"in code of no file":                       {0x1000, []uint64{0x3000}, 1, noFile},
		"in code without call frames":              {0x1000, []uint64{0x1100}, 2, noFrames},
		"where RBP is unknown":                     {0x1010, []uint64{1, 2, 3, 4}, 1, noRegister},
		"where it begins, past code that uses RBP": {0x1001, []uint64{0x8020, 0x1011, 0, 0, 0, 0x1045}, 3, ""},
		"at the end of the stack":                  {0x1000, nil, 1, noMemory},
	} {
		calls, ends := walk(c.pc, 0x8000, only{m}, stack{0x8000, c.words})
		assert.Len(t, calls, c.calls, name)
		assert.Equal(t, c.ends, ends, name)
	}
}

func TestStandardLibrariesAreLeftOut(t *testing.T) {
	t.Parallel()
	golang := &names{golang: &gosym.Table{}, goRoot: "/usr/local/go/src/"}
	trimmed := &names{golang: &gosym.Table{}, goMain: "mine/store"}
	for _, c := range []struct {
		path           string
		names          *names
		function, file string
		want           bool
	}{
		{"/lib/x86_64-linux-gnu/libc.so.6", &names{}, "write+0x10", "", true},
		{"/lib/ld-musl-x86_64.so.1", &names{}, "fsync", "", true},
		{"/usr/lib/libstdc++.so.6", &names{}, "x", "", true},
		{"/usr/lib/libcurl.so.4", &names{}, "curl_easy_send", "", false},
		{"/usr/lib/libsqlite3.so.0", &names{}, "sqlite3_step", "", false},
		{"/store", &names{}, "main", "/home/me/store.c", false},
		{"/store", &names{}, "_start", "", true},
		{"/store", &names{}, "core::ops::f", "/rustc/abc/library/core/src/ops.rs", true},
		{"/store", golang, "os.(*File).Write", "/usr/local/go/src/os/file.go", true},
		{"/store", golang, "os.(*File).WriteAt-fm", "<autogenerated>", true},
		{"/store", golang, "mine/os.Write", "/home/me/os/file.go", false},
		{"/store", trimmed, "os.(*File).Write", "", true},
		{"/store", trimmed, "mine/store/wal.Write", "", false},
		{"/store", trimmed, "main.main", "", false},
		{"/store", trimmed, "go.etcd.io/bbolt.(*DB).Update", "", false},
	} {
		m := &module{path: c.path, named: c.names}
		assert.Equal(t, c.want, m.library(program.Frame{Function: c.function, File: c.file}), "%s in %s", c.function, c.path)
	}
}

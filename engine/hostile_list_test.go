package engine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

type backupList struct {
	Version  int          `json:"version"`
	ID       uint64       `json:"id"`
	NewBytes int64        `json:"new_bytes"`
	Files    []backupFile `json:"files"`
}

type backupFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// forge edits the list of a backup and gives it a matching checksum.
func forge(t *testing.T, fsys afero.Fs, name string, edit func(*backupList)) {
	t.Helper()
	content, err := afero.ReadFile(fsys, name)
	require.NoError(t, err)
	var l backupList
	require.NoError(t, json.NewDecoder(strings.NewReader(string(content))).Decode(&l))
	edit(&l)
	body, err := json.MarshalIndent(l, "", " ")
	require.NoError(t, err)
	body = append(body, '\n')
	body = fmt.Appendf(body, "%08x\n", crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
	require.NoError(t, afero.WriteFile(fsys, name, body, 0o644))
}

// smuggle stores a file where a list with that name would look for it, and returns its entry.
func smuggle(t *testing.T, fsys afero.Fs, name string) backupFile {
	t.Helper()
	content := []byte("smuggled")
	sum := sha256.Sum256(content)
	f := backupFile{name, int64(len(content)), hex.EncodeToString(sum[:])}
	stored := filepath.Join("/a/repo/files", fmt.Sprintf("%s-%d-%s", f.Name, f.Bytes, f.SHA256))
	require.NoError(t, fsys.MkdirAll(filepath.Dir(stored), 0o755))
	require.NoError(t, afero.WriteFile(fsys, stored, content, 0o644))
	return f
}

// A list is not trusted because its checksum matches. Anything that no backup writes is damage to the list, whatever it
// names, and nothing is written because of it.
func TestForgedBackupListsAreRefused(t *testing.T) {
	add := func(name string) func(*testing.T, afero.Fs, *backupList) {
		return func(t *testing.T, fsys afero.Fs, l *backupList) {
			l.Files = append([]backupFile{smuggle(t, fsys, name)}, l.Files...)
		}
	}
	for name, edit := range map[string]func(*testing.T, afero.Fs, *backupList){
		"a name in the parent of the target":  add("../000099.sst"),
		"a name in a sibling directory":       add("../beside/000099.sst"),
		"an absolute name":                    add("/etc/000099.sst"),
		"a name in a directory of the target": add("lost/000099.sst"),
		"the lock of the target":              add("LOCK"),
		"a name that no store file has":       add("owned.txt"),
		"a name with a number that overflows": add("18446744073709551615.log"),
		"a second marker":                     add("marker.000009.MANIFEST-000001"),
		"the name of the directory itself":    add("."),
		"no name":                             add(""),
		"a name twice":                        func(_ *testing.T, _ afero.Fs, l *backupList) { l.Files = append(l.Files[:1:1], l.Files...) },
		"a marker that is not the last file": func(_ *testing.T, _ afero.Fs, l *backupList) {
			last := len(l.Files) - 1
			l.Files[last], l.Files[last-1] = l.Files[last-1], l.Files[last]
		},
		"a negative size":             func(_ *testing.T, _ afero.Fs, l *backupList) { l.Files[0].Bytes = -1 },
		"a checksum that is a path":   func(_ *testing.T, _ afero.Fs, l *backupList) { l.Files[0].SHA256 = "/../../x" },
		"a checksum in upper case":    func(_ *testing.T, _ afero.Fs, l *backupList) { l.Files[0].SHA256 = strings.Repeat("AB", 32) },
		"a checksum that is too long": func(_ *testing.T, _ afero.Fs, l *backupList) { l.Files[0].SHA256 += "00" },
	} {
		t.Run(name, func(t *testing.T) {
			fsys, o := sample(t)
			db := open(t, o)
			_, err := engine.Backup(db, "/a/repo")
			require.NoError(t, err)
			require.NoError(t, db.Close())
			forge(t, fsys, "/a/repo/backup-000001.json", func(l *backupList) { edit(t, fsys, l) })
			all := func() (names []string) {
				require.NoError(t, afero.Walk(fsys, "/a", func(path string, _ os.FileInfo, err error) error {
					names = append(names, path)
					return err
				}))
				return names
			}
			before := all()
			for _, err := range []error{
				engine.VerifyBackups("/a/repo", o),
				func() error { _, err := engine.Backups("/a/repo", o); return err }(),
				func() error { _, err := engine.Restore("/a/repo", 1, "/a/restored", o); return err }(),
			} {
				require.ErrorIs(t, err, engine.ErrCorrupt)
				require.ErrorContains(t, err, "backup-000001.json")
			}
			require.Equal(t, before, all(), "nothing was written, in the target or elsewhere")
		})
	}
}

// A stored file with another size than its list says is not copied, however large it is.
func TestRestoreCopiesNoMoreThanTheListSays(t *testing.T) {
	fsys, o := sample(t)
	db := open(t, o)
	_, err := engine.Backup(db, "repo")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	stored, err := afero.Glob(fsys, "repo/files/*.sst-*")
	require.NoError(t, err)
	change(t, fsys, stored[0], func(b []byte) []byte { return append(b, make([]byte, 1<<20)...) })
	_, err = engine.Restore("repo", 0, "restored", o)
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, filepath.Base(stored[0]))
	require.ErrorIs(t, engine.VerifyBackups("repo", o), engine.ErrCorrupt)
	info, err := fsys.Stat(filepath.Join("restored", strings.SplitN(filepath.Base(stored[0]), "-", 2)[0]))
	if err == nil {
		require.Less(t, info.Size(), int64(1<<20))
	}
}

// File numbers continue from the largest one found. A name with a number that no store reaches must not push them
// beyond what a name can hold.
func TestFileNumbersBeyondTheMaximum(t *testing.T) {
	for _, name := range []string{"4611686018427387904.sst", "4611686018427387903.log", "MANIFEST-4611686018427387904"} {
		for _, marker := range []string{"whole", "lost"} {
			t.Run(name+", manifest "+marker, func(t *testing.T) {
				fsys, o := sample(t)
				if marker == "lost" {
					require.NoError(t, fsys.Remove(find(t, fsys, "MANIFEST-*")[0]))
				}
				require.NoError(t, afero.WriteFile(fsys, filepath.Join("db", name), []byte("x"), 0o644))
				_, err := engine.Open("db", o)
				require.ErrorIs(t, err, engine.ErrCorrupt)
				if marker == "whole" {
					require.ErrorContains(t, err, name)
				}
				report, err := engine.Repair("db", o)
				require.NoError(t, err)
				require.NotEmpty(t, report.Damage)
				for range 3 {
					db := open(t, o)
					require.NoError(t, db.Put([]byte("new"), []byte("x"), engine.Sync))
					require.NoError(t, db.Compact())
					require.NoError(t, db.Verify())
					require.Len(t, contents(t, db), 6)
					require.NoError(t, db.Close())
				}
			})
		}
	}
}

// Nor does a new store start from such a number.
func TestANewStoreIgnoresAnAbsurdFileNumber(t *testing.T) {
	fsys := afero.NewMemMapFs()
	require.NoError(t, afero.WriteFile(fsys, "db/MANIFEST-4611686018427387904", []byte("x"), 0o644))
	_, err := engine.Open("db", engine.Options{FS: fsys})
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, "MANIFEST-4611686018427387904")
}

package past

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// damages are the kinds of damage to a file of a store; a nil result means that the file is missing.
var damages = []struct {
	name string
	do   func(content []byte) []byte
}{
	{"missing", func([]byte) []byte { return nil }},
	{"empty", func([]byte) []byte { return []byte{} }},
	{"cut to one byte", func(c []byte) []byte { return c[:1] }},
	{"cut in the middle", func(c []byte) []byte { return c[:len(c)/2] }},
	{"cut by one byte", func(c []byte) []byte { return c[:len(c)-1] }},
	{"longer by one byte", func(c []byte) []byte { return append(c, 0) }},
	{"longer by its first half", func(c []byte) []byte { return append(c, c[:len(c)/2]...) }},
	{"a flipped bit near its beginning", func(c []byte) []byte { return flipped(c, len(c)/9) }},
	{"a flipped bit in its middle", func(c []byte) []byte { return flipped(c, len(c)/2) }},
	{"a flipped bit near its end", func(c []byte) []byte { return flipped(c, len(c)-9) }},
}

// inPlaceOf returns the content of the next file of the same kind; after the last one comes the first.
func inPlaceOf(files map[string][]byte, name string) []byte {
	var all []string
	for _, other := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(other) == path.Ext(name) {
			all = append(all, other)
		}
	}
	return files[all[(slices.Index(all, name)+1)%len(all)]]
}

func flipped(content []byte, at int) []byte {
	content[at] ^= 0x10
	return content
}

// damaged returns a case for each kind of damage to each file of a store. A case reports what the inspection tools,
// verification and repair say, and what the repaired store shows.
func damaged(name string) (all []goldenCase, err error) {
	files, err := filesOf(name)
	if err != nil {
		return nil, err
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		add := func(what string, content func() []byte) {
			all = append(all, goldenCase{file + ": " + what, func() string { return examined(files, map[string][]byte{file: content()}) }})
		}
		for _, d := range damages {
			add(d.name, func() []byte { return d.do(bytes.Clone(files[file])) })
		}
		if ext := path.Ext(file); ext == ".sst" || ext == ".blob" {
			add("another in its place", func() []byte { return inPlaceOf(files, file) })
			add("half of another in its place", func() []byte { other := inPlaceOf(files, file); return other[:len(other)/2] })
		}
	}
	return all, nil
}

// filesOf returns the content of a store's files by name.
func filesOf(name string) (map[string][]byte, error) {
	fsys, _, err := unpack(name)
	if err != nil {
		return nil, err
	}
	infos, err := afero.ReadDir(fsys, "db")
	files := map[string][]byte{}
	for _, info := range infos {
		content, failed := afero.ReadFile(fsys, path.Join("db", info.Name()))
		files[info.Name()], err = content, errors.Join(err, failed)
	}
	return files, err
}

// examined reports what the tools say about a store in which some files are changed or missing. Then it repairs the
// store and reports what the store shows.
func examined(files, changed map[string][]byte) string {
	var b strings.Builder
	fsys := afero.NewMemMapFs()
	all := maps.Clone(files)
	maps.Copy(all, changed)
	for name, content := range all {
		if content != nil {
			_ = afero.WriteFile(fsys, path.Join("db", name), content, 0o644) // writing to memory cannot fail
		}
	}
	o := optionsOn(fsys)
	for _, file := range slices.Sorted(maps.Keys(changed)) {
		kind, known := map[string]engine.FileKind{".sst": engine.TableFile, ".log": engine.LogFile, ".blob": engine.BlobFile}[path.Ext(file)]
		if strings.HasPrefix(file, "MANIFEST") {
			kind, known = engine.ManifestFile, true
		}
		if known {
			text, err := look(path.Join("db", file), kind, o)
			fmt.Fprintf(&b, "  inspected: %v, %x\n", err, sha256.Sum256([]byte(text)))
		}
	}
	v, err := engine.VerifyDir("db", o)
	fmt.Fprintf(&b, "  verified: %d tables of %d bytes, %d logs, blob files %x, leftovers %v, %v\n",
		v.Tables, v.Bytes, v.Logs, sha256.Sum256(fmt.Append(nil, v.BlobFiles)), v.Leftovers, err)
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "    %q\n", p)
	}
	fmt.Fprintf(&b, "  copied: %v\n", copied(o))
	r, err := engine.Repair("db", o)
	fmt.Fprintf(&b, "  repaired: %d tables, %d logs, %d entries, %s, %q, %v\n", r.Tables, r.Logs, r.Entries, r.LostDir, r.Damage, err)
	for _, l := range r.Lost {
		fmt.Fprintf(&b, "    %s %d %d %q %q %q %q\n", l.File, l.Offset, l.Bytes, l.After, l.Before, l.Key, l.Cause)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "    warning: %.60s\n", w)
	}
	if r.LostDir != "" {
		fmt.Fprintf(&b, "  files after the repair: %v; not kept unchanged in %s: %v\n", filesIn(fsys, "db"), r.LostDir, lost(fsys, all, r.LostDir))
	}
	shown, err := shownBy(o)
	fmt.Fprintf(&b, "  shows after the repair: %s, %v\n", shown, err)
	return b.String()
}

// copied opens a store read-only and makes a checkpoint and a backup of it.
func copied(o engine.Options) error {
	o.ReadOnly = true
	db, err := engine.Open("db", o)
	if err != nil {
		return nil //nolint:nilerr // verification and repair report it as well
	}
	_, err = engine.Backup(db, "backups")
	return errors.Join(err, db.Checkpoint("copy"), db.Close())
}

// filesIn returns the names of the files in a directory, without its subdirectories.
func filesIn(fsys afero.Fs, dir string) (names []string) {
	infos, _ := afero.ReadDir(fsys, dir) // a directory that cannot be listed has no files
	for _, info := range infos {
		if !info.IsDir() {
			names = append(names, info.Name())
		}
	}
	return names
}

// lost returns the names of the files of a store of which a repair has kept no unchanged copy in dir.
func lost(fsys afero.Fs, files map[string][]byte, dir string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		kept, err := afero.ReadFile(fsys, path.Join(dir, name))
		if files[name] != nil && (err != nil || !bytes.Equal(kept, files[name])) {
			names = append(names, name)
		}
	}
	return names
}

// shownBy opens a store, verifies it, and returns the number and a checksum of the pairs that it shows, and the position
// of a commit that is made then.
func shownBy(o engine.Options) (string, error) {
	db, err := engine.Open("db", o)
	if err != nil {
		return "", err
	}
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return "", errors.Join(err, db.Close())
	}
	n, sum := 0, sha256.New()
	for ok := it.First(); ok; ok = it.Next() {
		n++
		for _, b := range [][]byte{it.Key(), it.Value()} {
			_ = binary.Write(sum, binary.LittleEndian, uint64(len(b))) // writing to a hash cannot fail
			sum.Write(b)
		}
	}
	err = errors.Join(it.Error(), it.Close(), db.Verify())
	var b engine.Batch
	b.Put([]byte("~"), []byte("new"))
	err = errors.Join(err, db.Apply(&b, engine.NoSync), db.Close())
	return fmt.Sprintf("%d pairs, %x, next commit at %d", n, sum.Sum(nil), b.Seq()), err
}

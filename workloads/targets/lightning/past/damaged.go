package past

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// damages are what happens to a file of a store; nil: it is missing.
var damages = []struct {
	name string
	do   func(content []byte) []byte
}{
	{"missing", func([]byte) []byte { return nil }},
	{"cut in the middle", func(c []byte) []byte { return c[:len(c)/2] }},
	{"cut by a byte", func(c []byte) []byte { return c[:len(c)-1] }},
	{"a bit near its beginning", func(c []byte) []byte { return flipped(c, len(c)/9) }},
	{"a bit in its middle", func(c []byte) []byte { return flipped(c, len(c)/2) }},
	{"a bit near its end", func(c []byte) []byte { return flipped(c, len(c)-9) }},
}

// inPlaceOf returns the content of the next file of the same kind in order, or the first one.
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

// damaged damages each file of a store in each way, and says what the tools, verification and repair say, and what the repaired
// store shows.
func damaged(name string) (string, error) {
	fsys, _, err := unpack(name)
	if err != nil {
		return "", err
	}
	infos, err := afero.ReadDir(fsys, "db")
	if err != nil {
		return "", err
	}
	files := map[string][]byte{}
	for _, info := range infos {
		if files[info.Name()], err = afero.ReadFile(fsys, path.Join("db", info.Name())); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	for _, info := range infos {
		for _, d := range damages {
			fmt.Fprintf(&b, "%s: %s\n%s", info.Name(), d.name, examined(files, info.Name(), d.do(bytes.Clone(files[info.Name()]))))
		}
		if ext := path.Ext(info.Name()); ext == ".sst" || ext == ".blob" {
			fmt.Fprintf(&b, "%s: another in its place\n%s", info.Name(), examined(files, info.Name(), inPlaceOf(files, info.Name())))
		}
	}
	return b.String(), nil
}

// examined says what is said of a store one of whose files has other content, or is missing, repairs it, and says what it shows then.
func examined(files map[string][]byte, damaged string, content []byte) string {
	var b strings.Builder
	fsys := afero.NewMemMapFs()
	for name, sound := range files {
		if name != damaged {
			_ = afero.WriteFile(fsys, path.Join("db", name), sound, 0o644) // memory takes everything
		} else if content != nil {
			_ = afero.WriteFile(fsys, path.Join("db", name), content, 0o644)
		}
	}
	file, o := path.Join("db", damaged), optionsOn(fsys)
	kind, known := map[string]engine.FileKind{".sst": engine.TableFile, ".log": engine.LogFile, ".blob": engine.BlobFile}[path.Ext(file)]
	if strings.HasPrefix(path.Base(file), "MANIFEST") {
		kind, known = engine.ManifestFile, true
	}
	if known {
		text, err := look(file, kind, o)
		fmt.Fprintf(&b, "  looked into: %v, %x\n", err, sha256.Sum256([]byte(text)))
	}
	v, err := engine.VerifyDir("db", o)
	fmt.Fprintf(&b, "  verified: %d tables of %d bytes, %d logs, blob files %x, leftovers %v, %v\n",
		v.Tables, v.Bytes, v.Logs, sha256.Sum256(fmt.Append(nil, v.BlobFiles)), v.Leftovers, err)
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "    %q\n", p)
	}
	r, err := engine.Repair("db", o)
	fmt.Fprintf(&b, "  repaired: %d tables, %d logs, %d entries, %s, %q, %v\n", r.Tables, r.Logs, r.Entries, r.LostDir, r.Damage, err)
	for _, l := range r.Lost {
		fmt.Fprintf(&b, "    %s %d %d %q %q %q %q\n", l.File, l.Offset, l.Bytes, l.After, l.Before, l.Key, l.Cause)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "    warning: %.60s\n", w)
	}
	shown, err := shownBy(o)
	fmt.Fprintf(&b, "  shows then: %s, %v\n", shown, err)
	return b.String()
}

// shownBy opens a store, verifies it, and returns how much it shows, and a sum of that.
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
		fmt.Fprint(sum, line(it.Key(), it.Value()))
	}
	return fmt.Sprintf("%d pairs, %x", n, sum.Sum(nil)), errors.Join(it.Error(), it.Close(), db.Verify(), db.Close())
}

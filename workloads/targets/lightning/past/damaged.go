package past

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
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
			fsys := afero.NewMemMapFs()
			for name, content := range files {
				if name == info.Name() {
					content = d.do(bytes.Clone(content))
				}
				if content == nil {
					continue
				}
				if err := afero.WriteFile(fsys, path.Join("db", name), content, 0o644); err != nil {
					return "", err
				}
			}
			fmt.Fprintf(&b, "%s: %s\n%s", info.Name(), d.name, examined(path.Join("db", info.Name()), optionsOn(fsys)))
		}
	}
	return b.String(), nil
}

// examined says what is said of a store with damage in a file, repairs it, and says what it shows then.
func examined(file string, o engine.Options) string {
	var b strings.Builder
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

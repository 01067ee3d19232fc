package forge

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// listed is a list of backups.
type listed struct {
	Version  int          `json:"version"`
	ID       uint64       `json:"id"`
	NewBytes int64        `json:"new_bytes"`
	Files    []listedFile `json:"files"`
}

type listedFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// List is a way to forge a list of backups.
type List struct {
	Name   string
	change func(*listed)
}

// Content returns the forged content of a list.
func (f List) Content(content []byte) []byte {
	var l listed
	if err := json.Unmarshal(content[:len(content)-len("00000000\n")], &l); err != nil {
		panic(err) // the lists of a repository are complete
	}
	f.change(&l)
	body, err := json.MarshalIndent(l, "", " ")
	if err != nil {
		panic(err) // text and numbers always have a JSON form
	}
	body = append(body, '\n')
	return fmt.Appendf(body, "%08x\n", crc32.Checksum(body, castagnoli))
}

// Lists returns the ways to forge a list of backups.
func Lists() []List {
	naming := func(what, name string) List {
		return List{what, func(l *listed) { l.Files[0].Name = name }}
	}
	return []List{
		{"nothing", func(*listed) {}},
		{"a newer version", func(l *listed) { l.Version = 2 }},
		{"another number", func(l *listed) { l.ID = 77 }},
		{"no files", func(l *listed) { l.Files = nil }},
		{"only the marker", func(l *listed) { l.Files = l.Files[len(l.Files)-1:] }},
		{"a file too few", func(l *listed) { l.Files = l.Files[1:] }},
		{"a file twice", func(l *listed) { l.Files = slices.Insert(l.Files, 0, l.Files[0]) }},
		{"the marker first", func(l *listed) { slices.Reverse(l.Files) }},
		{"no marker", func(l *listed) { l.Files = l.Files[:len(l.Files)-1] }},
		naming("a path out of the repository", "../000044.sst"),
		naming("an absolute path", "/tmp/000044.sst"),
		naming("a name that is not a backup's", "LOCK"),
		naming("no name", ""),
		{"a negative size", func(l *listed) { l.Files[0].Bytes = -1 }},
		{"another size", func(l *listed) { l.Files[0].Bytes++ }},
		{"a checksum in capital letters", func(l *listed) { l.Files[0].SHA256 = strings.ToUpper(l.Files[0].SHA256) + "A" }},
		{"a checksum that is too short", func(l *listed) { l.Files[0].SHA256 = l.Files[0].SHA256[:62] }},
		{"a checksum that is not hexadecimal", func(l *listed) { l.Files[0].SHA256 = strings.Repeat("x", 64) }},
		{"the checksum of another file", func(l *listed) { l.Files[0].SHA256 = l.Files[1].SHA256 }},
		{"another number of new bytes", func(l *listed) { l.NewBytes += 7 }},
	}
}

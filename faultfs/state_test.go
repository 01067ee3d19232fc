package faultfs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// state is a disk in the plainest form. The oracle applies pieces to it, and programs look at it through view.
type state struct {
	dirs   map[faultfs.Ino]map[string]faultfs.Edit
	files  map[faultfs.Ino][]byte
	blocks map[faultfs.Ino]map[int64]bool // the pages of a file that the disk has
}

// change applies a piece of a file.
func (s *state) change(p *piece) {
	b := append([]byte(nil), s.files[p.file]...)
	if p.resize {
		b = append(b, make([]byte, max(0, p.size-int64(len(b))))...)[:p.size]
	}
	if s.blocks[p.file] == nil {
		s.blocks[p.file] = map[int64]bool{}
	}
	for page := range s.blocks[p.file] {
		if p.shrinks && page*4096 >= p.size {
			delete(s.blocks[p.file], page)
		}
	}
	if copy(b[min(p.off, int64(len(b))):], p.bytes) > 0 {
		s.blocks[p.file][p.off/4096] = true
	}
	s.files[p.file] = b
}

func (s *state) edit(e faultfs.Edit) {
	if s.dirs[e.Parent] == nil {
		s.dirs[e.Parent] = map[string]faultfs.Edit{}
	}
	if e.Ino == 0 {
		delete(s.dirs[e.Parent], e.Name)
		return
	}
	s.dirs[e.Parent][e.Name] = e
}

// find returns where a path leads, following symbolic links.
func (s *state) find(path string) (faultfs.Edit, bool) {
	return s.findFrom([]faultfs.Edit{{Ino: 1, Dir: true}}, path, 40)
}

// findFrom follows a path from the last of the directories on the way to it.
func (s *state) findFrom(way []faultfs.Edit, path string, links int) (faultfs.Edit, bool) {
	for path = strings.TrimLeft(path, "/"); path != ""; path = strings.TrimLeft(path, "/") {
		name, rest, _ := strings.Cut(path, "/")
		path = rest
		at := way[len(way)-1]
		if name == ".." {
			way = way[:max(1, len(way)-1)]
			continue
		}
		next, ok := s.dirs[at.Ino][name]
		switch {
		case !ok || !at.Dir:
			return at, false
		case next.Target == "":
			way = append(slices.Clip(way), next)
		case links == 0:
			return next, false
		case next.Target[0] == '/':
			return s.findFrom(way[:1], next.Target+"/"+rest, links-1)
		default:
			return s.findFrom(way, next.Target+"/"+rest, links-1)
		}
	}
	return way[len(way)-1], true
}

func (s *state) names(dir string) []string {
	at, ok := s.find(dir)
	if !ok || !at.Dir {
		return nil
	}
	var names []string
	for name, e := range s.dirs[at.Ino] {
		switch {
		case e.Dir:
			name += "/"
		case e.Target != "":
			name += "->" + e.Target
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *state) size(path string) int64 {
	at, ok := s.find(path)
	if !ok || at.Dir {
		return -1
	}
	return int64(len(s.files[at.Ino]))
}

func (s *state) read(path string, off, n int64) string {
	at, ok := s.find(path)
	if !ok || at.Dir {
		return ""
	}
	b := s.files[at.Ino]
	b = b[min(off, int64(len(b))):]
	return runs(b[:min(n, int64(len(b)))])
}

// identity is everything, including which names are one file.
func (s *state) identity() string {
	inos := map[faultfs.Ino]int{}
	var b strings.Builder
	b.WriteString(everything(s))
	s.visit(func(_ string, e faultfs.Edit) {
		if _, ok := inos[e.Ino]; !ok {
			inos[e.Ino] = len(inos)
		}
		fmt.Fprintf(&b, " #%d", inos[e.Ino])
	})
	return b.String()
}

// visit calls each with everything there is, parents first.
func (s *state) visit(each func(path string, e faultfs.Edit)) {
	var walk func(path string, dir faultfs.Ino)
	walk = func(path string, dir faultfs.Ino) {
		for _, name := range slices.Sorted(maps.Keys(s.dirs[dir])) {
			e := s.dirs[dir][name]
			each(path+name, e)
			if e.Dir {
				walk(path+name+"/", e.Ino)
			}
		}
	}
	walk("/", 1)
}

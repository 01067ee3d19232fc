package program

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Nested is a crash during a recovery: what the first recovery had done, and the disk that the second one found.
type Nested struct {
	Tick  uint64 `json:"tick"`  // the operation of the recovery after which power was cut again
	Calls []Call `json:"calls"` // the last operations of the recovery before the cut
	Disk  []Item `json:"disk"`
}

// Item is a file, directory, symbolic link or further hard link on a disk.
type Item struct {
	Path   string  `json:"path"`
	Dir    bool    `json:"dir,omitempty"`
	Target string  `json:"target,omitempty"` // of a symbolic link
	First  string  `json:"first,omitempty"`  // set for a further hard link: the first name of the file
	Size   int64   `json:"size,omitempty"`   // bytes
	Pieces []Piece `json:"pieces,omitempty"` // the file is zero everywhere else
}

// Piece is a run of bytes of a file, starting at an offset.
type Piece struct {
	Off   int64  `json:"off"`
	Bytes []byte `json:"bytes"`
}

// nest crashes the recovery that img has just been through, at up to Options.Nested of its operations, and recovers some images
// of each crash: at most Options.Nested in all.
func (w *worker) nest(p *faultfs.CrashPoint, img *faultfs.FS, acked []Ack) {
	var ticks []uint64
	trace := img.Trace()
	for i := range trace {
		if trace[i].Changes() {
			ticks = append(ticks, trace[i].Tick)
		}
	}
	if len(ticks) == 0 {
		return
	}
	ticks = spread(ticks, w.o.Nested)
	each := max(1, w.o.Nested/len(ticks))
	for _, tick := range ticks {
		point := faultfs.NewTimeline(img, w.o.Model, 0).Advance(tick)
		path := &faultfs.DepthFirst{}
		for n := range each {
			o := faultfs.ImageOptions{Chooser: path, Limit: sampleLimit, Distinct: true}
			if n%2 == 1 { // depth first starts where everything is lost; random images cover the rest
				o.Chooser = faultfs.Seeded(tick<<16 + uint64(n))
			}
			if w.ctx.Err() != nil || w.enough() || !w.recoverAgain(p, img, point, point.Image(o), acked) {
				return
			}
			if n%2 == 0 && !path.Next() {
				break
			}
		}
	}
}

// recoverAgain recovers an image of a crash during a recovery and reports whether the search can go on.
func (w *worker) recoverAgain(p *faultfs.CrashPoint, first *faultfs.FS, point *faultfs.CrashPoint, img *faultfs.FS, acked []Ack) bool {
	a, err := w.recoverer.Recover(w.ctx, img, acked)
	if err != nil {
		w.fail(p.Tick, err)
		return false
	}
	w.count(func(t *Tally) { t.Nested++ })
	if !a.Failed() {
		return true
	}
	a.Text = inRecovery + a.Text
	second := &secondCut{powerCut{point.Tick, lostIDs(img)}, first}
	w.keepFailure(a, &failure{powerCut: powerCut{p.Tick, lostIDs(first)}, answer: a, asked: 1, nested: second})
	return true
}

// inRecovery introduces the sentence of a failure after a crash during a recovery.
const inRecovery = "after a crash during the recovery: "

// nestedOf describes the crash during the recovery.
func (l *life) nestedOf() *Nested {
	img := l.image()
	tick := l.failure.nested.tick
	calls := callsOf(l.trace, nil, nil, tick, img)
	return &Nested{Tick: tick, Calls: calls, Disk: itemsOf(img)}
}

// itemsOf lists what is on a disk.
func itemsOf(fs *faultfs.FS) []Item {
	var list lister
	if err := Visit(fs, &list); err != nil {
		panic("program: a disk in memory cannot be read: " + err.Error())
	}
	return list
}

// lister is a Visitor that remembers everything.
type lister []Item

func (l *lister) Dir(path string, _ faultfs.Ino) error {
	if path != "" {
		*l = append(*l, Item{Path: path, Dir: true})
	}
	return nil
}

func (l *lister) Symlink(path, target string) error {
	*l = append(*l, Item{Path: path, Target: target})
	return nil
}

func (l *lister) Link(path, first string) error {
	*l = append(*l, Item{Path: path, First: first})
	return nil
}

func (l *lister) File(path string, _ faultfs.Ino, size int64, pieces iter.Seq2[int64, []byte]) error {
	i := Item{Path: path, Size: size}
	for off, piece := range pieces {
		i.Pieces = append(i.Pieces, Piece{Off: off, Bytes: bytes.Clone(piece)})
	}
	*l = append(*l, i)
	return nil
}

// image returns the disk that the second recovery found.
func (n *Nested) image() (*faultfs.FS, error) {
	fs := faultfs.New(faultfs.Options{})
	for _, i := range n.Disk {
		var err error
		switch {
		case i.Dir:
			err = fs.Mkdir(i.Path, os.ModePerm)
		case i.Target != "":
			err = fs.SymlinkIfPossible(i.Target, i.Path)
		case i.First != "":
			err = fs.Link(i.First, i.Path)
		default:
			err = i.write(fs)
		}
		if err != nil {
			return nil, fmt.Errorf("program: the disk of a finding: %w", err)
		}
	}
	return fs, nil
}

// write creates the file on a disk.
func (i *Item) write(fs *faultfs.FS) error {
	f, err := fs.Create(i.Path)
	if err != nil {
		return err
	}
	for _, p := range i.Pieces {
		if _, err := f.WriteAt(p.Bytes, p.Off); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(f.Truncate(i.Size), f.Close())
}

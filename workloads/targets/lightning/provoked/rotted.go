package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

const (
	rottedChunk = 64 << 10             // bytes that the engine verifies at once
	rottedBytes = 2*rottedChunk + 3000 // the last chunk is a short one
	rottedPiece = 1000                 // bytes that are read at once
)

// rotted reads, piece by piece, a value some of whose bytes have rotted, and seeks back after the error. Whatever a
// stream returns must be what was written, by whatever seeks it got there.
func rotted() error {
	disk, want := faultfs.New(faultfs.Options{}), make([]byte, rottedBytes)
	rng := rand.New(rand.NewPCG(1, 1)) // no part is like another one
	for i := range want {
		want[i] = byte(rng.Uint32())
	}
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	err = db.Put([]byte("k"), want, engine.Sync)
	for _, name := range names(disk, storeDir) {
		if err == nil {
			err = rot(disk, storeDir+"/"+name, want[rottedChunk:][:rottedPiece])
		}
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	for _, order := range [][]int64{{0, 1, 0, 2, 1, 2, 0}, {2, 0, 2, 1, 0}, {1, 2, 0}, {1, 0, 2}} {
		if failed := goingBack(db, order, want); failed != nil {
			err = errors.Join(err, fmt.Errorf("the chunks are read in the order %d: %w", order, failed))
		}
	}
	return errors.Join(err, db.Close(), allClosed(disk))
}

// goingBack reads a piece of each chunk, in an order.
func goingBack(db *engine.DB, order []int64, want []byte) error {
	r, err := db.GetReader([]byte("k"))
	if err != nil {
		return err
	}
	damaged := false
	for _, chunk := range order {
		met, failed := reread(r, chunk*rottedChunk, want)
		damaged, err = damaged || met, errors.Join(err, failed)
	}
	if err == nil && !damaged {
		err = wrong("a part of the value has rotted, and it is read without an error")
	}
	return errors.Join(err, r.Close())
}

// rot changes one of the given bytes if a file has them.
func rot(fsys afero.Fs, name string, sought []byte) error {
	content, err := afero.ReadFile(fsys, name)
	if err != nil || !bytes.Contains(content, sought) {
		return err
	}
	content[bytes.Index(content, sought)+len(sought)/2] ^= 1
	f, err := fsys.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(content, 0)
	return errors.Join(err, f.Close())
}

// reread reads two pieces at an offset and reports whether it met damage.
func reread(r *engine.ValueReader, at int64, want []byte) (damaged bool, err error) {
	if _, err := r.Seek(at+1, io.SeekStart); err != nil {
		return false, err
	}
	got, err := io.ReadAll(io.LimitReader(r, 2*rottedPiece))
	if len(got) > 0 && !bytes.HasPrefix(want[at+1:], got) {
		return false, wrong("a stream returns bytes at %d that were not written there", at+1)
	}
	if errors.Is(err, engine.ErrCorrupt) {
		return true, nil
	}
	return false, err
}

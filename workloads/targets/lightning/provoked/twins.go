package provoked

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

const (
	twinRounds  = 300
	twinKeys    = 30 // per round
	twinClients = 2
)

// twins lets two clients commit the same keys at the same time. In every other round the keys are new. The commit with
// the higher sequence number must be the one that a Get and a scan show.
func twins() error {
	for _, indexed := range []int64{1, 1 << 30} {
		if err := twinsIndexed(indexed); err != nil {
			return fmt.Errorf("memtables have an index from %d entries on: %w", indexed, err)
		}
	}
	return nil
}

func twinsIndexed(indexed int64) error {
	db, err := engine.Open(storeDir, engine.Options{FS: afero.NewMemMapFs(), Limits: engine.Limits{IndexEntries: indexed}})
	if err != nil {
		return err
	}
	for round := 0; round < twinRounds && err == nil; round++ {
		var batches [twinClients]engine.Batch
		var answers []<-chan error
		for c := range batches {
			for i := range twinKeys {
				if c%2 > 0 {
					i = twinKeys - 1 - i // so that the clients meet, however late one begins
				}
				batches[c].Put(key(round*twinKeys+i), []byte{byte(c)})
			}
		}
		if round%2 > 0 {
			var first engine.Batch
			for i := range twinKeys {
				first.Put(key(round*twinKeys+i), nil)
			}
			err = db.Apply(&first, engine.Buffered)
		}
		for c := range batches {
			answers = append(answers, start(func() error { return db.Apply(&batches[c], engine.Buffered) }))
		}
		for _, answer := range answers {
			err = errors.Join(err, <-answer)
		}
		last := byte(0)
		for c := range batches {
			if batches[c].Seq() > batches[last].Seq() {
				last = byte(c)
			}
		}
		if err == nil {
			err = showsCommit(db, round, last)
		}
	}
	return errors.Join(err, db.Close())
}

// showsCommit returns an error unless the store shows the commit of one client for all keys of a round.
func showsCommit(db *engine.DB, round int, last byte) error {
	it, err := db.NewIterator(engine.IterOptions{LowerBound: key(round * twinKeys)})
	if err != nil {
		return err
	}
	ok := it.First()
	for i := 0; i < twinKeys && err == nil; i++ {
		k := key(round*twinKeys + i)
		got, failed := db.Get(k)
		if failed != nil || string(got) != string(last) || !ok || string(it.Key()) != string(k) || string(it.Value()) != string(last) {
			err = wrong("client %d committed last; Get of %s returns %q (%w), and a scan shows %q as %q", last, k, got, orNone(failed), it.Key(), it.Value())
		}
		ok = it.Next()
	}
	return errors.Join(err, it.Error(), it.Close())
}

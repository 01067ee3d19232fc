package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
)

// deliver sends the evidence and the result to the coordinator, retrying until there is a receipt.
func (w *Worker) deliver(ctx context.Context, welcome *wire.Welcome, r *wire.Result) error {
	r.Worker, r.Campaign, r.Build = w.opts.Name, welcome.Campaign, w.opts.Build
	if err := w.describe(r); err != nil {
		return err
	}
	for wait := pauseMax / 16; ; wait = min(2*wait, pauseMax) {
		if err := w.upload(ctx, welcome, r); err != nil && ctx.Err() == nil {
			w.opts.Log("uploading evidence: " + err.Error()) // if the coordinator needs it, it asks for it again
		}
		receipt := &wire.Receipt{}
		if err := w.insist(ctx, w.subjects.Result(), r, receipt); err != nil {
			return err
		}
		switch {
		case receipt.Refused != "":
			return fmt.Errorf("%w: %s", ErrRefused, receipt.Refused)
		case receipt.Again == "":
			return nil
		}
		w.opts.Log("delivering again: " + receipt.Again)
		if pause(ctx, wait); ctx.Err() != nil {
			return ctx.Err()
		}
		now, err := w.ask(ctx) // the bucket may have been replaced
		if err != nil {
			return err
		}
		if now.Stream != "" {
			welcome = now
		}
	}
}

// describe lists the evidence of a result's findings. Evidence that is too large to send is left out; the finding's token remains.
func (w *Worker) describe(r *wire.Result) error {
	if r.Cell == nil {
		return nil
	}
	for i := range r.Cell.Findings {
		id := r.Cell.Findings[i].ID
		name := w.opts.Doer.File(id)
		if name == "" {
			continue
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		sum := sha256.New()
		n, err := io.Copy(sum, file)
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
		if n <= wire.EvidenceBytesMax {
			r.Evidence = append(r.Evidence, wire.Evidence{ID: id, SHA256: hex.EncodeToString(sum.Sum(nil)), Bytes: n})
		}
	}
	return nil
}

// uploadPatience is the timeout of uploading all evidence of a cell.
const uploadPatience = time.Minute

// upload stores the evidence of a result in the object store, under its digest.
func (w *Worker) upload(ctx context.Context, welcome *wire.Welcome, r *wire.Result) error {
	if len(r.Evidence) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, uploadPatience)
	defer cancel()
	bucket, err := w.js.ObjectStore(ctx, welcome.Stream)
	if err != nil {
		return err
	}
	for _, e := range r.Evidence {
		if err := put(ctx, bucket, e, w.opts.Doer.File(e.ID)); err != nil {
			return err
		}
	}
	return nil
}

func put(ctx context.Context, bucket jetstream.ObjectStore, e wire.Evidence, name string) (err error) {
	if _, err := bucket.GetInfo(ctx, e.SHA256); err == nil {
		return nil // stored already; if it is damaged, the coordinator removes it and asks again
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = bucket.Put(ctx, jetstream.ObjectMeta{Name: e.SHA256}, file)
	return err
}

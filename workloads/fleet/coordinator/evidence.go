package coordinator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// evidenceTTL is how long evidence that nobody collects stays in the bucket: uploads that were cut off or made twice.
const evidenceTTL = time.Hour

// collect copies the evidence of a result to the directory, durably, and returns the findings that have evidence there. It skips
// evidence that the directory has already or that exceeds Options.Keep. An error names the evidence to deliver again.
func (c *Coordinator) collect(ctx context.Context, q *queue, r *wire.Result) (kept map[string]bool, err error) {
	kept = map[string]bool{}
	dir := filepath.Join(c.opts.Dir, findingsDir)
	bucket := q.evidence.Load()
	if len(r.Evidence) > 0 {
		if bucket == nil {
			return nil, errors.New("the bucket for evidence has not been created yet")
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	for _, e := range r.Evidence {
		name := filepath.Join(dir, e.ID+evidence.Ext)
		if _, err := os.Stat(name); err == nil {
			kept[e.ID] = true
			continue
		}
		if used, err := bytesIn(dir); err != nil {
			return nil, err
		} else if used+e.Bytes > c.opts.Keep {
			continue
		}
		if err := fetch(ctx, *bucket, e, name); err != nil {
			return nil, fmt.Errorf("evidence of finding %s: %w", e.ID, err)
		}
		kept[e.ID] = true
	}
	return kept, nil
}

// errDigest means that an object does not match its digest. That is a fault of the transport, not a finding.
var errDigest = errors.New("object does not match its digest")

// fetch copies one object to a file, which is kept only if it matches its size and digest.
func fetch(ctx context.Context, from jetstream.ObjectStore, e wire.Evidence, name string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, evidencePatience)
	defer cancel()
	object, err := from.Get(ctx, e.SHA256)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, object.Close()) }()
	err = hostdisk.WriteFile(name, 0o600, func(to io.Writer) error {
		sum := sha256.New()
		n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(object, e.Bytes+1))
		switch {
		case err != nil:
			return err
		case n != e.Bytes || hex.EncodeToString(sum.Sum(nil)) != e.SHA256:
			return fmt.Errorf("%w: %d bytes, %d expected", errDigest, n, e.Bytes)
		}
		return nil
	})
	if errors.Is(err, errDigest) {
		err = errors.Join(err, from.Delete(ctx, e.SHA256)) // or workers would not upload the right one
	}
	return err
}

// bytesIn returns the total size of the files in a directory.
func bytesIn(dir string) (bytes int64, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			bytes += info.Size()
		}
	}
	return bytes, err
}

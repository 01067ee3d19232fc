package toy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Careful returns a toy without bugs that notices when the end of its log is missing. A second file, the proof, records how
// much of the log was known to be durable when the latest commit was written, and how long the log was when it was closed.
func Careful() contract.Target {
	t := Target(Correct)
	t.Open = func(env contract.Env) (workloads.Store, error) { return openCareful(env) }
	t.LogGlobs, t.ProvenLogGlobs, t.CheckFiles = nil, []string{"log", "proof"}, nil
	t.Administration = contract.Administration{}
	t.Promises.CloseLeavesNoTail = true
	return t
}

// careful is a store with a proof.
type careful struct {
	*Store
	proof  afero.File
	proven int64 // length of the log that the proof records
	known  int64 // length of the log that is known to be durable
}

func openCareful(env contract.Env) (workloads.Store, error) {
	proven, err := readProof(env)
	if err != nil {
		return nil, err
	}
	if data, err := readLog(env); err != nil {
		return nil, err
	} else if all := (&Store{}).records(data); proven > 0 && (len(all) == 0 || int64(all[len(all)-1].end) < proven) {
		return nil, fmt.Errorf("%w: the log had %d bytes", workloads.ErrCorrupt, proven)
	}
	s, err := Open(env, Correct)
	if err != nil {
		return nil, err
	}
	proof, err := env.FS.OpenFile(env.Dir+"/proof", os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := SyncDir(env.FS, env.Dir); err != nil {
		return nil, errors.Join(err, proof.Close(), s.Close())
	}
	return &careful{s, proof, proven, s.size}, nil
}

// readProof returns the length of the log that the proof records, or 0 if there is no valid proof.
func readProof(env contract.Env) (int64, error) {
	f, err := env.FS.Open(env.Dir + "/proof")
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	data, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil || len(data) < 12 ||
		crc32.ChecksumIEEE(data[:8]) != binary.LittleEndian.Uint32(data[8:]) {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint64(data)), nil
}

// prove records in the proof how much of the log is known to be durable.
func (c *careful) prove() error {
	if c.proven == c.known {
		return nil
	}
	data := binary.LittleEndian.AppendUint64(nil, uint64(c.known))
	_, err := c.proof.WriteAt(binary.LittleEndian.AppendUint32(data, crc32.ChecksumIEEE(data)), 0)
	c.proven = c.known
	return err
}

// Apply commits writes as one record, and updates the proof for the earlier ones.
func (c *careful) Apply(writes []history.Write, d history.Durability) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken == nil {
		if err := c.prove(); err != nil {
			c.broken = err
			return err
		}
	}
	if err := c.commit(writes, d); err != nil || d != history.Sync || len(writes) == 0 {
		return err
	}
	if err := c.proof.Sync(); err != nil {
		c.broken = err
		return err
	}
	c.known = c.size
	return nil
}

// Close closes the log and records its length in the proof.
func (c *careful) Close() error {
	c.mu.Lock()
	err := c.broken
	c.mu.Unlock()
	closed := c.Store.Close()
	if c.known = c.size; err == nil && closed == nil {
		closed = errors.Join(c.prove(), c.proof.Sync())
	}
	return errors.Join(closed, c.proof.Close())
}

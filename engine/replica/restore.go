package replica

import (
	"encoding/binary"
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// ErrSameGroup is returned by Restore for the name of the group that the checkpoint is from.
var ErrSameGroup = errors.New("replica: a restored group needs a new name")

// Restore turns the store in Config.Dir, which must be a checkpoint of a node, into the store of node Config.ID, the only member of
// the new group Config.Group. It is for a group that has lost a majority of its disks: the new group has the pairs that the node had
// applied when the checkpoint was made, and nothing that was committed later. The name of the group must be new, so that no
// surviving member of the old one takes part in the new one; the error is ErrSameGroup otherwise. Other nodes join the new group
// like any other. Config.Members is ignored.
//
// The change is one synced commit: after a crash the store is either the checkpoint or restored, which a second call reports as
// ErrSameGroup.
func Restore(config Config) error {
	config.ensureDefaults()
	config.Members = nil
	if err := config.validate(); err != nil {
		return err
	}
	config.Engine.ErrorIfMissing = true
	db, err := engine.Open(config.Dir, config.Engine)
	if err != nil {
		return fmt.Errorf("replica: %w", err)
	}
	if err := errors.Join(restore(db, &config), db.Close()); err != nil {
		return fmt.Errorf("replica: restore %s: %w", config.Dir, err)
	}
	return nil
}

func restore(db *engine.DB, c *Config) error {
	id, err := db.Get(identityKey)
	switch {
	case errors.Is(err, engine.ErrNotFound) || err == nil && len(id) < 8:
		return fmt.Errorf("%w: it is not the store of a node", ErrDamaged)
	case err != nil:
		return err
	case string(id[8:]) == c.Group:
		return fmt.Errorf("%w: the checkpoint is of %s", ErrSameGroup, nameOf(id))
	}
	s, _, err := load(db, &Config{ID: binary.BigEndian.Uint64(id), Group: string(id[8:])})
	if err != nil {
		return err
	}
	if s.applied.index == 0 {
		return fmt.Errorf("%w: the node had not received anything from its group yet", ErrDamaged)
	}
	conf, err := proto.Marshal(&pb.ConfState{Voters: []uint64{c.ID}})
	if err != nil {
		return err
	}
	hard, err := proto.Marshal(&pb.HardState{Term: new(s.hard.GetTerm()), Commit: new(s.applied.index)})
	if err != nil {
		return err
	}
	var b engine.Batch
	b.DeleteRange([]byte{entryPrefix}, []byte{entryPrefix + 1})
	b.Put(identityKey, c.identity())
	b.Put(confStateKey, conf)
	b.Put(hardStateKey, hard)
	b.Put(cutKey, s.applied.bytes())
	return db.Apply(&b, engine.Sync)
}

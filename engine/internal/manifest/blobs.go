package manifest

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

func (s *State) applyBlobFiles(e Edit) error {
	for _, num := range e.BlobFilesRemoved {
		i, found := s.findBlobFile(num)
		if !found {
			return corrupt.At("manifest", 0, "edit removes blob file %d, which is not listed", num)
		}
		s.BlobFiles = slices.Concat(s.BlobFiles[:i], s.BlobFiles[i+1:])
	}
	for _, f := range e.BlobFilesAdded {
		i, found := s.findBlobFile(f.Num)
		if found {
			return corrupt.At("manifest", 0, "edit adds blob file %d, which is already listed", f.Num)
		}
		s.BlobFiles = slices.Concat(s.BlobFiles[:i], []BlobFile{f}, s.BlobFiles[i:])
	}
	return nil
}

func (s *State) findBlobFile(num uint64) (int, bool) {
	return slices.BinarySearchFunc(s.BlobFiles, num, func(f BlobFile, num uint64) int { return cmp.Compare(f.Num, num) })
}

// LiveBlobs returns how many bytes of each blob file are referred to by the tables of the state.
func (s *State) LiveBlobs() map[uint64]uint64 {
	live := map[uint64]uint64{}
	for _, level := range s.Levels {
		for i := range level {
			for _, u := range level[i].Blobs {
				sum, carry := bits.Add64(live[u.File], u.Bytes, 0)
				live[u.File] = sum | -carry // saturates if the sum overflows
			}
		}
	}
	return live
}

// BlobFileChanges returns the numbers of the blob files that an edit of tables makes live, and of those that no table
// refers to afterwards. Both are ascending.
func (s *State) BlobFileChanges(e Edit) (added, removed []uint64) {
	if len(s.BlobFiles) == 0 && !slices.ContainsFunc(e.Added, func(p Placed) bool { return len(p.Blobs) > 0 }) {
		return nil, nil
	}
	next := *s
	if next.Apply(Edit{Deleted: e.Deleted, Added: e.Added}) != nil {
		return nil, nil // applying the edit will report it
	}
	live := next.LiveBlobs()
	for _, f := range s.BlobFiles {
		if _, found := live[f.Num]; !found {
			removed = append(removed, f.Num)
		}
		delete(live, f.Num)
	}
	return slices.Sorted(maps.Keys(live)), removed
}

// checkBlobs compares the list of blob files with the references of the tables.
func (s *State) checkBlobs() error {
	live := s.LiveBlobs()
	for _, f := range s.BlobFiles {
		switch bytes, found := live[f.Num]; {
		case !found:
			return corrupt.At("manifest", 0, "no table refers to blob file %d", f.Num)
		case bytes > f.Bytes:
			return corrupt.At("manifest", 0, "tables refer to %d bytes of blob file %d, which has %d", bytes, f.Num, f.Bytes)
		}
		delete(live, f.Num)
	}
	if len(live) > 0 {
		unlisted := slices.Sorted(maps.Keys(live))
		return corrupt.At("manifest", 0, "tables refer to blob files %d, which are not listed", unlisted)
	}
	return nil
}

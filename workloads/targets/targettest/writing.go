package targettest

import (
	"path/filepath"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func (s *suite) appliesRanges() {
	r, ok := s.Store.(workloads.RangeBatcher)
	if !ok {
		s.lacks("batches that delete ranges")
	}
	s.apply(history.NoSync, put("a", "1"), put("b", "1"), put("c", "1"), put("d", "1"))
	_, err := r.ApplyRange(workloads.RangeBatch{
		Before: []history.Write{put("bb", "2"), put("e", "2")}, From: []byte("b"), To: []byte("d"),
		After: []history.Write{put("c", "3"), deletion("a")},
	}, history.Sync)
	require.NoError(s.T, err)
	want := []string{"c=3", "d=1", "e=2"}
	require.Equal(s.T, want, s.scanned("", "", 0))
	require.NoError(s.T, s.Close())
	s.Store = s.reopened()
	require.Equal(s.T, want, s.scanned("", "", 0))
}

func (s *suite) ingests() {
	i, ok := s.Store.(workloads.Ingester)
	if !ok {
		s.lacks("ingestion of tables")
	}
	s.apply(history.NoSync, put("a", "1"), put("b", "1"), put("c", "1"))
	require.NoError(s.T, i.Ingest([]history.Write{put("d", "2"), put("b", "2"), deletion("c")}, history.Sync))
	want := []string{"a=1", "b=2", "d=2"}
	require.Equal(s.T, want, s.scanned("", "", 0))
	s.has(s, "b", "2")
	s.apply(history.NoSync, put("b", "3"))
	require.NoError(s.T, i.Ingest([]history.Write{put("e", "4"), put("f", "4")}, history.NoSync))
	want = []string{"a=1", "b=3", "d=2", "e=4", "f=4"}
	require.Equal(s.T, want, s.scanned("", "", 0))
	require.NoError(s.T, s.Close())
	s.Store = s.reopened()
	require.Equal(s.T, want, s.scanned("", "", 0))
}

func (s *suite) syncs() {
	s.apply(history.Sync) // an empty batch
	syncer, ok := s.Store.(workloads.Syncer)
	if !ok {
		s.lacks("sync of its own")
	}
	require.NoError(s.T, syncer.Sync())
	s.apply(history.Buffered, put("a", "1"))
	require.NoError(s.T, syncer.Sync())
	s.has(s, "a", "1")
	require.NoError(s.T, syncer.Sync())
}

func (s *suite) inspects() {
	inspector, ok := s.Store.(workloads.Inspector)
	if !ok {
		s.lacks("inspection")
	}
	require.NoError(s.T, inspector.Inspect())
	s.apply(history.NoSync, put("a", "1"), deletion("b"))
	if m, ok := s.Store.(workloads.Maintainer); ok {
		require.NoError(s.T, m.Flush())
	}
	require.NoError(s.T, inspector.Inspect())
	require.Equal(s.T, []string{"a=1"}, s.scanned("", "", 0))
}

func (s *suite) checkpoints() {
	c, ok := s.Store.(workloads.Checkpointer)
	if !ok {
		s.lacks("checkpoints")
	}
	dir := filepath.Join(s.TempDir(), "copy")
	s.apply(history.Buffered, put("a", "1"), put("b", "1"))
	require.NoError(s.T, c.Checkpoint(dir))
	s.apply(history.Buffered, put("a", "2"), deletion("b"))
	require.Error(s.T, c.Checkpoint(dir), "the directory is not empty")
	require.Equal(s.T, []string{"a=2"}, s.scanned("", "", 0))
	copied, err := s.open(dir)
	require.NoError(s.T, err)
	other := suite{T: s.T, Store: copied}
	require.Equal(s.T, []string{"a=1", "b=1"}, other.scanned("", "", 0))
	other.apply(history.Sync, put("a", "3"))
	require.NoError(s.T, copied.Close())
	require.Equal(s.T, []string{"a=2"}, s.scanned("", "", 0), "the copy is an independent store")
}

func (s *suite) backsUp() {
	b, ok := s.Store.(workloads.Backuper)
	if !ok {
		s.lacks("backups")
	}
	repository := filepath.Join(s.TempDir(), "backups")
	s.apply(history.Buffered, put("a", "1"))
	one, err := b.Backup(repository)
	require.NoError(s.T, err)
	s.apply(history.Buffered, put("a", "2"))
	two, err := b.Backup(repository)
	require.NoError(s.T, err)
	require.NotEqual(s.T, one, two)
	s.has(s, "a", "2")
}

package kernel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// write is a write of whole pages, all full of one letter.
func write(page, pages int64, letter byte) blocklog.Op {
	data := bytes.Repeat([]byte{letter}, int(pages*blocklog.PageBytes))
	return blocklog.Op{Kind: blocklog.Write, Off: page * blocklog.PageBytes, Len: int64(len(data)), Data: data}
}

var (
	flush    = blocklog.Op{Kind: blocklog.Flush}
	hashSeed = maphash.MakeSeed()
)

// recorded returns a recording with lines that were acknowledged after the given numbers of requests.
func recorded(log blocklog.Log, given ...int) *Recording {
	r := &Recording{
		Recording: &program.Recording{Program: []string{"program"}, Way: "ext4"},
		Blocks: Blocks{
			Filesystem: "ext4", Options: "data=ordered", Kernel: "6", DiskBytes: 1 << 20, Given: given, Content: blockfs.Content{Log: log},
		},
	}
	for i, at := range given {
		r.Acks = append(r.Acks, program.Ack{Tick: uint64(at + i + 1), Text: fmt.Sprint("line ", i)})
	}
	return r
}

// pages is a filesystem without any structure: images are judged by the first letters of their pages.
type pages struct {
	rec   *Recording
	judge func(read func(page int64) byte, acked int) string // what is wrong
	disks map[string]*blocklog.Disk
	asked []string

	rewrites blocklog.Log // what a recovery writes
}

func (p *pages) cut(s blocklog.State) (string, uint64, error) {
	disk := p.rec.Blocks.log().Disk(blocklog.NewDiskOf(nil), s)
	name := p.rec.Blocks.log().Describe(s)
	p.disks[name] = disk
	return name, disk.Hash(hashSeed), nil
}

func (p *pages) discard(disk string) error {
	delete(p.disks, disk)
	return nil
}

func (p *pages) recover(_ context.Context, disk string, acked []program.Ack) (program.Answer, error) {
	p.asked = append(p.asked, fmt.Sprintf("%s; %d acknowledged", disk, len(acked)))
	wrong := p.judge(func(page int64) byte {
		b := []byte{0}
		p.disks[disk].Read(b, page*blocklog.PageBytes)
		return b[0]
	}, len(acked))
	if wrong == "broken" {
		return program.Answer{}, errors.New(wrong)
	}
	a := program.Answer{Text: wrong}
	if wrong != "" {
		a.Verdict = program.Wrong
	}
	return a, nil
}

// watch says that a recovery has rewritten pages.
func (p *pages) watch(ctx context.Context, disk string, acked []program.Ack) (blocklog.Log, program.Answer, error) {
	a, err := p.recover(ctx, disk, acked)
	return p.rewrites, a, err
}

func (p *pages) cutAgain(disk string, s blocklog.State) (string, error) {
	name := disk + ", recovered: " + p.rewrites.Describe(s)
	p.disks[name] = p.rewrites.Disk(p.disks[disk], s)
	return name, nil
}

func (p *pages) adopt(_ string, log blocklog.Log) error {
	p.rewrites = log
	return nil
}

// look shows a file for each of the first pages that does not begin with garbage.
func (p *pages) look(disk string) (map[string]File, error) {
	files := map[string]File{}
	for page := range int64(8) {
		b := []byte{0}
		p.disks[disk].Read(b, page*blocklog.PageBytes)
		if b[0] < 'z' {
			files[fmt.Sprint("page", page)] = File{Len: int64(b[0])}
		}
	}
	return files, nil
}

func (p *pages) close() error { return nil }

func exploreWith(
	t *testing.T, rec *Recording, o program.Options, judge func(read func(page int64) byte, acked int) string,
) (*program.Result, *pages, error) {
	t.Helper()
	p := &pages{rec: rec, judge: judge, disks: map[string]*blocklog.Disk{}}
	result, err := explore(t.Context(), rec, func(int) (images, error) { return p, nil }, o)
	require.Empty(t, p.disks, "every disk is discarded")
	return result, p, err
}

// right accepts every disk.
func right(func(int64) byte, int) string { return "" }

func TestEachSubsetOfWhatWasNotFlushedIsRecoveredWithWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	rec := recorded(blocklog.Log{write(0, 1, 'a'), flush, write(1, 1, 'b'), write(2, 1, 'c'), flush}, 2, 3, 5)
	result, p, err := exploreWith(t, rec, program.Options{}, right)
	require.NoError(t, err)
	require.True(t, result.Passed, result.Inconclusive)
	require.ElementsMatch(t, []string{
		"all before #0; 0 acknowledged", "all before #0, then #0; 0 acknowledged", // the first line was given after the flush
		"all before #2; 2 acknowledged", "all before #2, then #2; 2 acknowledged", "all before #2, then #3; 2 acknowledged",
		"all before #2, then #2 #3; 2 acknowledged",
		"all before #5; 3 acknowledged",
	}, p.asked)
	require.Equal(t, program.Tally{Points: 3, Exhaustive: 3, AtStake: 1, Images: 7, AfterAcks: 5, LostBytes: 5 * blocklog.PageBytes}, result.Tally)
}

func TestEqualDisksAreRecoveredOnce(t *testing.T) {
	t.Parallel()
	rec := recorded(blocklog.Log{write(0, 1, 'a'), flush, write(0, 1, 'a'), flush}, 0)
	result, p, err := exploreWith(t, rec, program.Options{}, right)
	require.NoError(t, err)
	require.Len(t, p.asked, 2)
	require.Equal(t, 3, result.Tally.Repeated)
}

func TestALongStretchIsSampled(t *testing.T) {
	t.Parallel()
	result, _, err := exploreWith(t, recorded(blocklog.Log{write(0, 100, 'a')}, 0), program.Options{Limits: program.Limits{Images: 16}}, right)
	require.NoError(t, err)
	require.Equal(t, 1, result.Tally.Sampled)
	require.Equal(t, 16, result.Tally.Images+result.Tally.Repeated)
	require.True(t, result.Passed, "a sample without a failure passes, as on other disks")
}

func TestAFindingHasAsFewLossesAsSuffice(t *testing.T) {
	t.Parallel()
	log := blocklog.Log{write(0, 1, 'a'), flush}
	for i := range int64(6) {
		log = append(log, write(1+i, 1, 'b'))
	}
	rec := recorded(append(log, flush), 3)
	rec.Blocks.Owners = []Owner{{Request: 5, Path: "log", Off: 8192}}
	result, _, err := exploreWith(t, rec, program.Options{}, func(read func(int64) byte, acked int) string {
		if acked > 0 && read(4) != 'b' && read(6) != 'b' {
			return "row 17 is lost"
		}
		return ""
	})
	require.NoError(t, err)
	require.Len(t, result.Findings, 1)
	f := result.Findings[0]
	require.Equal(t, "row 17 is lost", f.Sentence)
	require.Equal(t, 1, f.Acked)
	require.Equal(t, "line 0", f.LastAck)
	require.Equal(t, 16, f.Count)
	require.Equal(t, 4, f.Shown)
	require.Equal(t, []string{"write log [8192,12288)", "write (ext4 itself) [24576,28672)"}, f.Blocks.Lost)
	require.Equal(t, 6, f.Blocks.Pending)
	require.Equal(t, 1, f.Blocks.Flush)
	require.Equal(t, "ext4 (data=ordered) of Linux 6", f.Blocks.Filesystem)
	require.Equal(t, "it fails if the disk loses what it had accepted but not flushed: write log [8192,12288), write (ext4 itself) [24576,28672)",
		f.Explanation.Sentence)
	fates := map[string]int{}
	for _, c := range f.Calls {
		fates[c.Fate]++
	}
	require.Equal(t, map[string]int{"durable": 1, "kept": 4, "lost": 2, "": 2}, fates, "a flush and an acknowledgement have none")
}

func TestWhatNeverReachedTheDiskNeedsNoLoss(t *testing.T) {
	t.Parallel()
	result, _, err := exploreWith(t, recorded(blocklog.Log{write(0, 1, 'a'), flush, write(1, 1, 'b'), flush, write(2, 1, 'c')}, 3),
		program.Options{}, func(read func(int64) byte, acked int) string {
			if acked > 0 && read(2) != 'c' {
				return "row is lost"
			}
			return ""
		})
	require.NoError(t, err)
	require.Len(t, result.Findings, 1)
	f := result.Findings[0]
	require.Empty(t, f.Blocks.Lost)
	require.Equal(t, blocklog.State{Sure: 2, Kept: []blocklog.Piece{{Op: 2, To: blocklog.PageBytes}}}, f.Blocks.State, "the earliest")
	require.Contains(t, f.Explanation.Sentence, "no write to the disk was lost: what is missing was")
}

func TestOfSeveralCrashPointsTheOneWithTheFewestLossesIsShown(t *testing.T) {
	t.Parallel()
	rec := recorded(blocklog.Log{write(0, 1, 'a'), write(1, 1, 'b'), flush, write(2, 1, 'c'), flush}, 0)
	result, _, err := exploreWith(t, rec, program.Options{}, func(read func(int64) byte, _ int) string {
		if read(0) != 'a' && read(1) != 'b' || read(2) == 'c' { // it fails if two writes are lost, or if a later one is there
			return "row is lost"
		}
		return ""
	})
	require.NoError(t, err)
	require.Len(t, result.Findings, 1)
	require.Equal(t, blocklog.State{Sure: 3, Kept: []blocklog.Piece{{Op: 3, To: blocklog.PageBytes}}}, result.Findings[0].Blocks.State)
}

func TestAnExplanationComparesWithWhatTheProgramSaw(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		seen map[string]File
		want string
	}{
		"lost": {
			map[string]File{"page0": {Len: 'a'}, "page1": {Len: 'x'}, "page2": {}},
			`compared with the store when "line 0" was acknowledged, page1 has 98 bytes instead of 120, page2 is missing; no write to the disk was lost: this`,
		},
		"other bytes and a new file": {map[string]File{"page1": {Len: 'b', Sum: 1}}, `page0 is there, although it was not then, page1 has other bytes`},
		"nothing":                    {map[string]File{"page0": {Len: 'a'}, "page1": {Len: 'b'}}, "the program does not recover from being killed there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := recorded(blocklog.Log{write(0, 1, 'a'), flush, write(1, 1, 'b'), flush, write(2, 1, 'c')}, 3)
			rec.Blocks.Snapshots = []Snapshot{{Acks: 1, Files: row.seen}}
			result, _, err := exploreWith(t, rec, program.Options{}, func(_ func(int64) byte, acked int) string { return strings.Repeat("wrong", acked) })
			require.NoError(t, err)
			require.Len(t, result.Findings, 1)
			require.Contains(t, result.Findings[0].Explanation.Sentence, row.want)
		})
	}
}

func TestPowerIsCutAgainInARecovery(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		nested int
		second blocklog.Log // what the recovery writes
		found  bool
	}{
		"not asked for": {0, blocklog.Log{write(4, 1, 'r'), write(5, 1, 'r')}, false},
		"in order":      {8, blocklog.Log{write(4, 1, 'r'), flush, write(5, 1, 'r'), flush}, false},
		"in any order":  {8, blocklog.Log{flush, write(4, 1, 'r'), write(5, 1, 'r'), flush}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := recorded(blocklog.Log{write(0, 1, 'a'), flush, write(1, 1, 'b')}, 1)
			p := &pages{rec: rec, disks: map[string]*blocklog.Disk{}, rewrites: row.second}
			p.judge = func(read func(int64) byte, _ int) string {
				if read(5) == 'r' && read(4) != 'r' {
					return "page 4 is gone"
				}
				return ""
			}
			result, err := explore(t.Context(), rec, func(int) (images, error) { return p, nil }, program.Options{Limits: program.Limits{Nested: row.nested}})
			require.NoError(t, err)
			require.Empty(t, p.disks, "every disk is discarded")
			require.Equal(t, row.nested > 0, result.Tally.Nested > 0)
			if !row.found {
				require.True(t, result.Passed, "%+v", result)
				return
			}
			require.Len(t, result.Findings, 1)
			f := result.Findings[0]
			require.Equal(t, "after a crash during the recovery: page 4 is gone", f.Sentence)
			require.Equal(t, 4, f.Shown)
			require.Equal(t, row.second[:3], f.Blocks.Second.Log, "up to the cut")
			require.Equal(t, "power was cut again in the recovery, after its flush 1; 1 of 2 writes since then were lost", f.Explanation.Sentence)
		})
	}
}

func TestASearchWithoutEvidenceIsInconclusive(t *testing.T) {
	t.Parallel()
	result, _, err := exploreWith(t, recorded(blocklog.Log{write(0, 1, 'a')}), program.Options{}, right)
	require.NoError(t, err)
	require.Contains(t, result.Inconclusive, "acknowledged nothing")
	rec := recorded(blocklog.Log{write(0, 1, 'a'), flush, write(1, 1, 'b')}, 0)
	result, _, err = exploreWith(t, rec, program.Options{Enough: func() bool { return true }}, right)
	require.NoError(t, err)
	require.Contains(t, result.Inconclusive, "time ran out")
	_, _, err = exploreWith(t, rec, program.Options{}, func(func(int64) byte, int) string { return "broken" })
	require.ErrorContains(t, err, "broken")
}

func TestAFindingIsFoundAgainInItsFile(t *testing.T) {
	t.Parallel()
	rec := recorded(blocklog.Log{write(0, 1, 'a'), flush, write(1, 1, 'b'), flush, write(2, 1, 'c'), flush}, 1, 5)
	rec.Blocks.Owners = []Owner{{Request: 2, Path: "f"}, {Request: 4, Path: "f", Off: 4096}}
	file, err := rec.File(struct{}{}, &program.Finding{Blocks: &program.BlockCut{Until: 3, State: blocklog.State{Sure: 2}}})
	require.NoError(t, err)
	short, err := FromFile(file)
	require.NoError(t, err)
	require.Equal(t, rec.Blocks.log()[:3], short.Blocks.log())
	require.Len(t, short.Acks, 1)
	require.Equal(t, rec.Blocks.Owners[:1], short.Blocks.Owners)
}

func TestForgedRecordingsAreRejected(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(*Recording){
		"an unknown filesystem":             func(r *Recording) { r.Blocks.Filesystem = "fat" },
		"a disk without bytes":              func(r *Recording) { r.Blocks.DiskBytes = 0 },
		"a page outside the disk":           func(r *Recording) { r.Blocks.Content.Before = map[int64][]byte{1 << 20: nil} },
		"a page of another size":            func(r *Recording) { r.Blocks.Content.Before = map[int64][]byte{0: {1}} },
		"a line too many":                   func(r *Recording) { r.Blocks.Given = append(r.Blocks.Given, 1) },
		"lines in the wrong order":          func(r *Recording) { r.Blocks.Given[0] = 2 },
		"a line after the end":              func(r *Recording) { r.Blocks.Given[1] = 3 },
		"a file of a missing request":       func(r *Recording) { r.Blocks.Owners = []Owner{{Request: 2}} },
		"a write outside the disk":          func(r *Recording) { r.Blocks.Content.Log[0].Off = 1 << 20 },
		"a write whose end is out of range": func(r *Recording) { r.Blocks.Content.Log[0].Off = 1<<63 - 1 },
		"a write without its bytes":         func(r *Recording) { r.Blocks.Content.Log[0].Data = nil },
		"a request of an unknown kind":      func(r *Recording) { r.Blocks.Content.Log[1].Kind = 7 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := recorded(blocklog.Log{write(0, 1, 'a'), flush}, 0, 1)
			require.NoError(t, rec.check())
			forge(rec)
			require.Error(t, rec.check())
		})
	}
}

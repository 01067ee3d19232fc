package cluster

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// word is what a node has stated in a message. From then on its disk must back the statement, whatever a power cut
// leaves of it, because other nodes may have acted on it.
type word struct {
	tick  uint64 // when the message left
	term  uint64 // of the message
	vote  uint64 // the node that it voted for in this term; 0 if the message is about something else
	index uint64 // the last entry of the log that it stated to have; 0 if the message is about something else
	entry uint64 // the term of that entry; 0 if it was cut from the log
	ends  uint64 // the tick from which a later leader may have overruled that entry; 0 if none has
}

// String completes a sentence that begins with the node's name.
func (w word) String() string {
	switch {
	case w.vote != 0:
		return fmt.Sprintf("voted for node %d in term %d", w.vote, w.term)
	case w.index != 0:
		return fmt.Sprintf("had entry %d of term %d", w.index, w.entry)
	}
	return fmt.Sprintf("was in term %d", w.term)
}

// speak records the words in a node's messages, which leave now. Earlier words about entries that a later leader has overruled
// cease to bind at the tick begun, when the step that replaced the entries started: the disk may hold either version until the
// step is synced.
func (m *member) speak(begun uint64, out *replica.Output) {
	if !m.world.judgesWords() {
		return // words are not judged in this run
	}
	s, l, overruled := m.node.Status(), m.life(), false
	for l.cut < len(l.words) && l.words[l.cut].index < s.First {
		l.cut++
	}
	for i := l.cut; i < len(l.words); i++ {
		w := &l.words[i]
		if w.index >= s.First && w.ends == 0 && (w.index > s.Last || m.node.Term(w.index) != w.entry) {
			w.ends = begun
			overruled = true
		}
	}
	now := m.world.tick()
	if overruled || s.First != l.first {
		l.rare = append(l.rare, [2]uint64{begun, now})
	}
	l.first = s.First
	has := func(index uint64) word {
		return word{tick: now, term: s.Term, index: index, entry: m.node.Term(index)}
	}
	for _, msg := range out.Messages {
		switch msg.GetType() {
		case pb.MsgVoteResp:
			if !msg.GetReject() {
				l.words = append(l.words, word{tick: now, term: msg.GetTerm(), vote: msg.GetTo()})
			}
		case pb.MsgVote:
			l.words = append(l.words, word{tick: now, term: msg.GetTerm(), vote: m.id})
		case pb.MsgAppResp:
			if !msg.GetReject() {
				l.words = append(l.words, has(msg.GetIndex()))
			}
		case pb.MsgApp, pb.MsgHeartbeat: // a leader has every entry that it calls committed
			has := has(msg.GetCommit())
			has.term = msg.GetTerm()
			l.words = append(l.words, has)
		default:
		}
	}
}

// searchWords opens the disks that a power cut could have left at each point of every node's lives, and judges whether the node
// opened from them keeps its word.
func (w *world) searchWords(ctx context.Context) error {
	if !w.judgesWords() {
		return nil
	}
	for _, m := range slices.Concat(w.members, w.retired) {
		all := 0
		for _, l := range m.lives {
			w.figures.Words += len(l.words)
			all += len(l.points())
		}
		for _, l := range m.lives {
			if l.rot || !w.wanted(l) {
				continue // a rotten disk need not return what was written
			}
			if err := w.searchLife(ctx, m, l, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// judgesWords reports whether broken words are looked for in this run.
func (w *world) judgesWords() bool { return w.spec.Words != 0 || w.spec.Wanted.OfDisk() }

// lastSteps: if a violation on a disk is wanted, only crashes in this many steps at the end of the run are searched.
const lastSteps = 2

// recently returns the tick at which the last steps of the run began.
func (w *world) recently() uint64 { return w.begun[max(0, len(w.begun)-lastSteps)] }

// wanted reports whether the disks of a life are to be searched. If a violation on a disk is wanted, only those of the
// last steps are; otherwise all are.
func (w *world) wanted(l *life) bool {
	if !w.spec.Wanted.OfDisk() {
		return true
	}
	return !w.enough && (l.end == 0 || l.end > w.recently())
}

// skips reports whether a crash point is left out.
func (w *world) skips(m *member, l *life, p point, all int) bool {
	switch {
	case w.spec.Wanted.OfDisk():
		return w.enough || p.next <= w.recently()
	case w.spec.Words < 0 || l.isRare(p.tick):
		return false
	}
	return w.dice(Event{Kind: ofPoint, Node: m.id, N: int(p.tick)}).IntN(all) >= w.spec.Words/imagesUsual+1
}

// point is a crash point: the ticks of a disk operation and of the next one, and the number of words given before the latter.
type point struct {
	tick, next uint64
	said       int
}

// isRare reports whether a tick belongs to a step in l.rare.
func (l *life) isRare(tick uint64) bool {
	i, _ := slices.BinarySearchFunc(l.rare, tick, func(step [2]uint64, tick uint64) int { return cmp.Compare(step[1], tick) })
	return i < len(l.rare) && l.rare[i][0] <= tick
}

// points returns the crash points that come after at least one word.
func (l *life) points() (all []point) {
	said, trace := 0, l.fs.Trace()
	for i := range trace {
		for said < len(l.words) && (i+1 == len(trace) || l.words[said].tick < trace[i+1].Tick) {
			said++
		}
		if said > 0 && trace[i].Changes() {
			p := point{trace[i].Tick, math.MaxUint64, said}
			if i+1 < len(trace) {
				p.next = trace[i+1].Tick
			}
			all = append(all, p)
		}
	}
	return all
}

const (
	imagesPerPoint = 64 // most images opened per crash point; a point with more is not exhausted
	imagesUsual    = 8  // roughly the images of a typical point
)

// searchLife searches the crash points of a life, or a random sample of them if all lives of the node together have more than
// Spec.Words allows. Rare steps are always searched: they are the ones that cut, replace or overrule the log.
func (w *world) searchLife(ctx context.Context, m *member, l *life, all int) error {
	line := faultfs.NewTimeline(l.fs, w.model, 0)
	for _, p := range l.points() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.skips(m, l, p, all) {
			continue
		}
		at := line.Advance(p.tick)
		w.figures.WordPoints++
		path := &faultfs.DepthFirst{}
		for range imagesPerPoint {
			img := at.Image(faultfs.ImageOptions{Chooser: path})
			w.figures.WordImages++
			if v := m.breaks(img, l.words[:p.said], p.tick); v != nil {
				v.Step = w.stepOf(v.said)
				w.violated(v.Violation)
				if w.enough && w.broken == nil {
					w.broken = newBroken(v.Violation, m, l, p.said, img.Lost())
				}
			}
			if sampled := img.Sampled(); !path.Next() {
				if !sampled {
					w.figures.WordPointsExhaustive++
				}
				break
			}
		}
	}
	return nil
}

// stepOf returns the step to which a tick belongs.
func (w *world) stepOf(tick uint64) int {
	i, _ := slices.BinarySearch(w.begun, tick)
	return max(1, i)
}

// brokenWord is a violation that a disk shows, and the tick of the last thing that it depends on.
type brokenWord struct {
	Violation
	said uint64
}

// breaks opens a node from a crash image and compares its state with its words. It returns nil if there is no violation.
func (m *member) breaks(img *faultfs.FS, words []word, tick uint64) *brokenWord {
	broken := func(class Class, said uint64, format string, args ...any) *brokenWord {
		return &brokenWord{Violation{Class: class, Node: m.id, Tick: tick, Sentence: fmt.Sprintf("node %d ", m.id) + fmt.Sprintf(format, args...)}, max(said, tick)}
	}
	m.world.acting = m.id
	n, err := replica.Open(m.config(img))
	if err != nil {
		return broken(WordOpens, words[0].tick, "does not open after a crash at tick %d: %v", tick, err)
	}
	s := n.Status()
	var first *brokenWord
	if text := ordered(n); text != "" {
		first = broken(WordOrder, words[0].tick, "%s after a crash at tick %d", text, tick)
	}
	for i := len(words) - 1; i >= 0 && first == nil; i-- {
		if class, text := words[i].broken(n, &s, tick); text != "" {
			first = broken(class, words[i].tick, "%s, but after a crash at tick %d %s", words[i], tick, text)
		}
	}
	if err := n.Close(); err != nil && first == nil {
		return broken(WordOpens, words[0].tick, "cannot be closed after a crash at tick %d: %v", tick, err)
	}
	return first
}

// broken describes how a node contradicts its word, or returns "" if it does not.
func (w *word) broken(n *replica.Node, s *replica.Status, tick uint64) (Class, string) {
	switch {
	case s.Term < w.term:
		return WordTerm, fmt.Sprintf("it is in term %d", s.Term)
	case w.vote != 0 && s.Term == w.term && s.Vote != w.vote:
		return WordVote, fmt.Sprintf("it has voted for node %d", s.Vote)
	case w.index == 0 || w.index < s.First || w.ends != 0 && w.ends < tick:
		return "", ""
	case w.index > s.Last:
		return WordEntry, fmt.Sprintf("its log ends with entry %d", s.Last)
	case w.entry != 0 && n.Term(w.index) != w.entry:
		return WordEntry, fmt.Sprintf("that entry is of term %d", n.Term(w.index))
	}
	return "", ""
}

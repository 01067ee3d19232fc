package faultfs

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"syscall"
)

// inject asks the rules about a call on the names. It returns the effect that hits it, and the error if the effect is
// that the call fails and changes nothing. The first rule that hits decides; those after it do not see the call. The
// caller holds mu.
func (fs *FS) inject(kind OpKind, call string, ino Ino, names ...string) (Effect, error) {
	for _, r := range fs.rules {
		if !r.sees(kind, names) || !r.inTime(fs.ticks) || !r.fires() {
			continue
		}
		var errno syscall.Errno
		switch r.Effect {
		case EIO:
			errno = syscall.EIO
		case ENOSPC:
			errno = syscall.ENOSPC
		default:
			return r.Effect, nil // the caller carries it out and records it
		}
		op := Op{Kind: kind, Path: names[0], Ino: ino, Fault: r.Effect}
		if len(names) > 1 {
			op.To = names[1]
		}
		fs.record(op)
		return r.Effect, pathError(call, names[0], errno)
	}
	return NoEffect, nil
}

// Injected returns how often each kind of fault has been injected, by Rule.Key.
func (fs *FS) Injected() map[string]uint64 {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	counts := map[string]uint64{}
	for _, r := range fs.rules {
		if r.hits > 0 {
			counts[r.Key()] += r.hits
		}
	}
	return counts
}

// SetRules replaces the faults from now on.
func (fs *FS) SetRules(rules ...*Rule) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.rules = rules
}

// sees reports whether a call is of the kind and about one of the names that the rule is about.
func (r *Rule) sees(kind OpKind, names []string) bool {
	return r.Op == kind && slices.ContainsFunc(names, r.names)
}

func (r *Rule) names(name string) bool {
	if r.Glob == "" {
		return true
	}
	ok, err := path.Match(r.Glob, path.Base(clean(name)))
	return ok && err == nil
}

// inTime reports whether the rule applies now. The clock is asked only if that matters.
func (r *Rule) inTime(clock func() uint64) bool {
	return r.After == 0 && r.Before == 0 || r.at(clock())
}

func (r *Rule) at(tick uint64) bool { return tick > r.After && (r.Before == 0 || tick < r.Before) }

// fires counts a match and reports whether the rule hits it.
func (r *Rule) fires() bool {
	if r.Times != 0 && r.hits >= r.Times {
		return false
	}
	r.matches++
	switch {
	case r.Nth != 0 && r.matches != r.Nth:
		return false
	case r.Every != 0 && r.matches%r.Every != 0:
		return false
	case r.Prob != 0 && rand.New(rand.NewPCG(r.Seed, r.matches)).Float64() >= r.Prob:
		return false
	}
	r.hits++
	return true
}

// Damage is where a bit rotted.
type Damage struct {
	Path string
	Off  int64
	Bit  int
}

// Rot lets one bit of one durable file rot that the BitFlip rule names, chosen by the rule's seed and by draw. It
// returns the crash point with the damage, or ok false if no file matches or the rule is not about this tick. The
// receiver is unchanged; the hit counts on r, which is used by one goroutine at a time.
func (p *CrashPoint) Rot(r *Rule, draw uint64) (rotten *CrashPoint, at Damage, ok bool) {
	if !r.at(p.Tick) {
		return nil, Damage{}, false
	}
	var files []Damage // Path and, in Off, the size
	var inos []Ino
	p.disk.walk(rootIno, "", func(name string, e entry) {
		if n := p.disk.inodes[e.ino]; !e.dir && n.content.size > 0 && r.names(name) {
			files, inos = append(files, Damage{Path: name, Off: n.content.size}), append(inos, e.ino)
		}
	})
	if len(files) == 0 {
		return nil, Damage{}, false
	}
	rng := rand.New(rand.NewPCG(r.Seed, draw))
	i := rng.IntN(len(files))
	at = Damage{Path: files[i].Path, Off: rng.Int64N(files[i].Off), Bit: rng.IntN(8)}
	d := p.disk.share()
	c := d.writable(inos[i], false).content
	var b [1]byte
	c.readAt(b[:], at.Off)
	b[0] ^= 1 << at.Bit
	c.writeAt(b[:], at.Off)
	r.matches, r.hits = r.matches+1, r.hits+1
	return &CrashPoint{Tick: p.Tick, model: p.model, disk: d, pending: slices.Clone(p.pending), lies: p.lies}, at, true
}

// walk visits all names below a directory, in name order.
func (d *disk) walk(dir Ino, prefix string, visit func(name string, e entry)) {
	names := d.inodes[dir].names
	for _, name := range slices.Sorted(maps.Keys(names)) {
		e := names[name]
		full := path.Join(prefix, name)
		visit(full, e)
		if e.dir {
			d.walk(e.ino, full, visit)
		}
	}
}

package ledger

import (
	"maps"
	"time"
)

// State is where a finding stands.
type State string

// The states. A finding is new in the lap in which it is first seen, and ongoing once it is seen again, in a later lap or by a
// replay. It is resolved when no replay on the current build shows it, and regressed when it is seen after that.
const (
	New       State = "new"
	Ongoing   State = "ongoing"
	Resolved  State = "resolved"
	Regressed State = "regressed"
)

// States lists the states, in the order in which a finding may have them.
func States() []State { return []State{New, Ongoing, Resolved, Regressed} }

// ReplaysToResolve is how many attempts of a replay must pass for a finding to be resolved.
const ReplaysToResolve = 3

// Sight is when and on what a finding was seen.
type Sight struct {
	Time  time.Time `json:"time"`
	Lap   int       `json:"lap"`
	Build string    `json:"build"`
}

// Finding is one thing that is broken, and its life.
type Finding struct {
	Sighting                // the first one; its token and its file are those of the first that had any
	State    State          `json:"state"`
	First    Sight          `json:"first"`
	Last     Sight          `json:"last"`
	Laps     int            `json:"laps"`     // in which it was seen
	Images   int            `json:"images"`   // that showed it
	Days     map[string]int `json:"days"`     // sightings by day, "2026-11-29" in UTC
	Attempts int            `json:"attempts"` // of replays
	Hits     int            `json:"hits"`     // of Attempts that showed it
	Resolved Sight          `json:"resolved"` // when it was resolved last; zero: never
	Returns  int            `json:"returns"`  // how often it came back after that

	first uint64 // the number of the event that first showed it
}

func (f *Finding) clone() Finding {
	c := *f
	c.Days = maps.Clone(f.Days)
	return c
}

// see adds a sighting of a finding in a lap.
func (b *Book) see(e *Event, lap int, s *Sighting) {
	at := Sight{e.Time, lap, b.Started.Build}
	f := b.findings[s.ID]
	if f == nil {
		f = &Finding{Sighting: *s, State: New, First: at, Last: at, Laps: 1, Images: s.Count, Days: map[string]int{}, first: e.Seq}
		b.findings[s.ID] = f
		f.Days[day(e.Time)]++
		return
	}
	if f.Token == "" {
		f.Token = s.Token
	}
	if f.File == "" {
		f.File = s.File
	}
	if lap != f.Last.Lap {
		f.Laps++
	}
	f.seen(lap != f.First.Lap)
	f.Last = at
	f.Images += s.Count
	f.Days[day(e.Time)]++
}

// seen moves a finding on that was seen once more.
func (f *Finding) seen(later bool) {
	switch {
	case f.State == Resolved:
		f.State = Regressed
		f.Returns++
	case f.State == New && later:
		f.State = Ongoing
	}
}

// replayed moves a finding on after a replay. One that could not be made says nothing.
func (f *Finding) replayed(e *Event) {
	r := e.Replay
	f.Attempts += r.Attempts
	f.Hits += r.Hits
	switch {
	case r.Reason != "":
	case r.Hits > 0:
		f.seen(true)
		f.Last = Sight{e.Time, f.Last.Lap, r.Build}
	case r.Attempts >= ReplaysToResolve && f.State != Resolved:
		f.State, f.Resolved = Resolved, Sight{e.Time, f.Last.Lap, r.Build}
	}
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

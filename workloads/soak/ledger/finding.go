package ledger

import (
	"maps"
	"time"
)

// State is the state of a finding.
type State string

// The states. A finding is new in the lap in which it is first seen, and ongoing once a later lap or a replay shows it again. It is
// resolved once enough replays on the current build pass, and regressed if it is seen after that.
const (
	New       State = "new"
	Ongoing   State = "ongoing"
	Resolved  State = "resolved"
	Regressed State = "regressed"
)

// States returns the states in the order in which a finding passes through them.
func States() []State { return []State{New, Ongoing, Resolved, Regressed} }

// ReplaysToResolve is the number of attempts of a replay that must pass for a finding to be resolved.
const ReplaysToResolve = 3

// Sight says when and on which build a finding was seen.
type Sight struct {
	Time  time.Time `json:"time"`
	Lap   int       `json:"lap"`
	Build string    `json:"build"`
}

// Finding is one broken promise, with its history.
type Finding struct {
	Sighting                // the first one, with the first token and the first file of any sighting
	State    State          `json:"state"`
	First    Sight          `json:"first"`
	Last     Sight          `json:"last"`
	Laps     int            `json:"laps"`     // laps in which it was seen
	Images   int            `json:"images"`   // images that showed it
	Days     map[string]int `json:"days"`     // sightings by day in UTC, as in "2026-11-29"
	Attempts int            `json:"attempts"` // attempts of replays
	Hits     int            `json:"hits"`     // part of Attempts: those that showed it
	Resolved Sight          `json:"resolved"` // when it was last resolved; zero if never
	Returns  int            `json:"returns"`  // how often it was seen again after it had been resolved

	first uint64 // sequence number of the first event that showed it
}

func (f *Finding) clone() Finding {
	c := *f
	c.Days = maps.Clone(f.Days)
	return c
}

// see adds a sighting in a lap.
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

// seen updates the state of a finding that was seen again.
func (f *Finding) seen(later bool) {
	switch {
	case f.State == Resolved:
		f.State = Regressed
		f.Returns++
	case f.State == New && later:
		f.State = Ongoing
	}
}

// replayed updates the state of a finding after a replay. A replay that was impossible changes nothing.
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

package remains

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// The store is measured after warmUp repetitions and again after another series of them. Anything that is left behind each
// time has then grown by more than the allowance. If something has, a third measurement after as many repetitions again must
// show the same growth. A measurement is the minimum over the last window repetitions, because a store may be behind with
// tidying up.
const (
	warmUp      = 8
	repetitions = 24
	attempts    = 60 // to open it on a failing disk; in some of them no call fails
	window      = 4
)

// How much more a store may hold at the second measurement.
const (
	moreOfAnything = 16
	moreBytes      = 256 << 10 // on top of twice the bytes of the first measurement
)

// stay is a store that goes through the same steps many times.
type stay struct {
	target *contract.Target
	env    contract.Env
	fs     *faultfs.FS
	work   work
	tidies bool // the store compacts on request, so its disk usage is meaningful
	wrong  []checker.Violation
}

// Examine takes the store of a target, which must not be a log, through many rounds of the same work in one session, through
// many sessions, and, if it promises FailedOpenReleases and does not stop on errors, through many attempts to open it on a
// failing disk. fs must be empty. Examine returns what grows and which limits are exceeded. The error is one that the store
// returned although no call failed.
func Examine(target *contract.Target, env contract.Env, fs *faultfs.FS) (wrong []checker.Violation, err error) {
	watch(func(w work) {
		s := &stay{target: target, env: env, fs: fs, work: w}
		err = s.all()
		if wrong = s.wrong; errors.Is(err, errRestless) {
			err = nil // it is among what is wrong
		}
	})
	return wrong, err
}

func (s *stay) all() error {
	if err := s.open(); err != nil || len(s.wrong) > 0 {
		return err
	}
	if err := s.repeat("sessions", repetitions, "sessions with the same data, the store, which is closed,", s.session); err != nil {
		return err
	}
	if s.leftovers(); len(s.wrong) > 0 {
		return nil
	}
	if p := s.target.Promises; !p.FailedOpenReleases || p.StopsOnError { // an engine that stops never returns from such an open
		return nil
	}
	return s.repeat("failing opens", attempts, "attempts to open it on a disk that fails, the store, which is not open,", s.failToOpen)
}

// open goes through the rounds of one session.
func (s *stay) open() error {
	s.limitHandles()
	store, err := s.target.OpenStore(s.env)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	_, s.tidies = store.(workloads.Maintainer)
	failed := s.repeat("rounds", repetitions, "rounds of the same writes and reads, the store, which is open,", func(n int) error {
		return s.round(store, n)
	})
	s.handlesLimited()
	if err := store.Close(); failed == nil && err != nil {
		failed = fmt.Errorf("close: %w", err)
	}
	if len(s.wrong) > 0 {
		return nil
	}
	return failed
}

// repeat calls do many times and records what grows. check identifies what is repeated, and told describes it.
func (s *stay) repeat(check string, times int, told string, do func(n int) error) error {
	n := 0
	measure := func(times int) (least holding, err error) {
		for i := range times {
			if err := do(n); err != nil {
				return least, err
			}
			n++
			switch {
			case i == times-window:
				least = s.holds()
			case i > times-window:
				least = least.least(s.holds())
			}
		}
		return least, nil
	}
	first, err := measure(warmUp)
	if err != nil {
		return err
	}
	second, err := measure(times)
	if err != nil || len(first.grown(&second, s.tidies)) == 0 {
		return err
	}
	third, err := measure(times)
	if err != nil {
		return err
	}
	for _, g := range first.grown(&second, s.tidies) {
		if g.of(&third)-g.of(&second) < (g.of(&second)-g.of(&first))/2 {
			continue // the growth has stopped
		}
		if g.class == Goroutines && !s.last(&first) {
			continue
		}
		v := checker.Violation{Class: g.class, Check: check, Sentence: fmt.Sprintf("after %d more %s has %d %s; it had %d, and %d after the first %d",
			2*times, told, g.of(&third), g.what, g.of(&second), g.of(&first), warmUp)}
		if g.class == Goroutines {
			v.Evidence = strings.Split(s.work.most(), "\n")
		}
		s.wrong = append(s.wrong, v)
	}
	return nil
}

// limitHandles makes opening a file fail beyond the limit that the target states.
func (s *stay) limitHandles() {
	if s.target.HandlesMax == nil {
		return
	}
	if rule, err := faultfs.ParseRule(fmt.Sprintf("emfile open files=%d", s.target.HandlesMax(s.env.Limits))); err == nil {
		s.fs.SetRules(rule)
	}
}

// handlesLimited lifts the limit and records a violation for each time that it was hit.
func (s *stay) handlesLimited() {
	for range s.fs.Injected() {
		s.wrong = append(s.wrong, checker.Violation{Class: OpenFiles, Check: "limit", Sentence: fmt.Sprintf(
			"the store says that it has at most %d files and directories open, and wanted to open one more", s.target.HandlesMax(s.env.Limits),
		)})
		break
	}
	s.fs.SetRules()
}

// session opens the store, does a round, and closes it.
func (s *stay) session(n int) error {
	store, err := s.target.OpenStore(s.env)
	if err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	if p := s.target.Promises; p.RefusesSecondOpen && !p.StopsOnError {
		if second, err := s.target.OpenStore(s.env); err == nil {
			_ = second.Close() // that the second open succeeded is judged elsewhere
		}
	}
	failed := s.round(store, n)
	if err := store.Close(); failed == nil && err != nil {
		failed = fmt.Errorf("close: %w", err)
	}
	return failed
}

// errRestless ends the examination of a store that does not come to rest.
var errRestless = errors.New("remains: the store does not come to rest")

// round does a round. After every other one, the store must come to rest.
func (s *stay) round(store workloads.Store, n int) error {
	if err := round(store, n, s.target); err != nil || n%2 == 0 {
		return err
	}
	if wrong := Rest(store, s.fs, func() {}); len(wrong) > 0 {
		s.wrong = append(s.wrong, wrong...)
		return errRestless
	}
	return nil
}

// leftovers asks the target whether there are unreferenced files, if it can tell.
func (s *stay) leftovers() {
	var err error
	if check := s.target.CheckFiles; check != nil {
		err = check(s.fs, s.env.Dir)
	}
	if verify := s.target.Administration.VerifyFiles; verify != nil && err == nil {
		err = verify(s.env)
	}
	if err != nil {
		s.wrong = append(s.wrong, checker.Violation{
			Class: Space, Check: leftovers, Cause: err.Error(), Sentence: "the store was closed, and its files are not as they should be: " + err.Error(),
		})
	}
}

// failToOpen opens the store while one of its calls fails, and closes it if it opens all the same.
func (s *stay) failToOpen(n int) error {
	kind := []string{"open", "read", "list", "stat"}[n%4]
	rule, err := faultfs.ParseRule(fmt.Sprintf("eio %s nth=%d", kind, 1+n/4%3))
	if err != nil {
		return err
	}
	s.fs.SetRules(rule)
	store, err := s.target.OpenStore(s.env)
	s.fs.SetRules()
	if err == nil {
		_ = store.Close() // it may fail because of the injected error
	}
	return nil
}

// The classes of violations. All begin with Class.
const (
	Class      = "remains: "
	OpenFiles  = Class + "open files"
	Goroutines = Class + "goroutines"
	Space      = Class + "space"
	Unrest     = Class + "unrest"
)

// leftovers is the Check of a violation about files that should not be there. All other violations are about growth.
const leftovers = "leftovers"

// Grows reports whether a violation says that a store holds more and more of something.
func Grows(v *checker.Violation) bool {
	return strings.HasPrefix(v.Class, Class) && v.Check != leftovers
}

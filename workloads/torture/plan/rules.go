package plan

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// In one of earlyEach runs, the fault may hit while the store is opened and loaded.
const earlyEach = 4

// drawRules places the rules of the fault in the run.
func (p *Plan) drawRules() error {
	if p.Fault.rules == nil {
		return nil
	}
	rng := rand.New(rand.NewPCG(p.Spec.Seed, 2))
	loading, all := len(p.Script.Preload), p.commits()
	at := part{opens: true, commits: loading}
	if p.AfterLoading = p.Fault.named == nil && !p.Fault.Rot && rng.IntN(earlyEach) > 0; p.AfterLoading {
		at = part{commits: all - loading, loaded: p.loadedBytes()}
	}
	texts := p.Fault.rules(rng, at)
	if p.Spec.Keep != nil && len(p.Spec.Keep.Rules) > 0 {
		texts = p.Spec.Keep.Rules
	}
	rules, err := ParseRules(texts)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	p.Rules = rules
	return nil
}

// ParseRules reads rules in the grammar of faultfs.ParseRule.
func ParseRules(texts []string) (rules []*faultfs.Rule, err error) {
	for _, text := range texts {
		r, err := faultfs.ParseRule(text)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// Fresh returns copies of rules with their counters reset.
func Fresh(rules []*faultfs.Rule) []*faultfs.Rule {
	fresh := make([]*faultfs.Rule, len(rules))
	for i, r := range rules {
		fresh[i] = r.Clone()
	}
	return fresh
}

// RuleTexts returns the rules in the grammar of faultfs.ParseRule.
func (p *Plan) RuleTexts() []string {
	var texts []string
	for _, r := range p.Rules {
		texts = append(texts, r.String())
	}
	return texts
}

// Injects reports whether any rule can hit while the workload runs.
func (p *Plan) Injects() bool { return len(p.RulesAt(p.AfterLoading, 0)) > 0 }

// RulesAt returns fresh copies of the rules that hit while the workload runs and that start now: before the store is
// opened, or once it is loaded. Rules that start after loading count their ticks from now.
func (p *Plan) RulesAt(afterLoading bool, now uint64) []*faultfs.Rule {
	var live []*faultfs.Rule
	for _, rule := range p.Rules {
		if rule.AtRest() || p.AfterLoading != afterLoading {
			continue
		}
		r := rule.Clone()
		if afterLoading {
			r.After += now
			if r.Before > 0 {
				r.Before += now
			}
		}
		live = append(live, r)
	}
	return live
}

// loadedBytes returns the total size of the keys and values loaded before the clients start.
func (p *Plan) loadedBytes() (bytes int) {
	for _, batch := range p.Script.Preload {
		for _, w := range batch {
			bytes += len(w.Key) + len(w.Value)
		}
	}
	return bytes
}

// commits returns the number of commits that the script makes if none fails.
func (p *Plan) commits() int {
	n := len(p.Script.Preload)
	for _, steps := range p.Script.Clients {
		for i := range steps {
			if steps[i].Commits() {
				n++
			}
		}
	}
	return n
}

package contract

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Limit is a threshold of an engine that a run may set: when something rolls over, overflows, is evicted, merged or made
// to wait. A short run only reaches what lies behind a low one.
type Limit struct {
	Name string // such as "manifest-roll"
	Text string // one line for people
	// Min and Max are the values that the engine accepts; Usual is the one that it has unless a run sets it.
	Min, Max, Usual int64
	// Draw chooses the value of a run. Nil stands for a value from Min to Usual, of which the smallest are the likeliest.
	Draw func(*rand.Rand) int64
}

// Limits are the limits that a run sets, by name. All others have their usual values.
type Limits map[string]int64

// MaxLimits is how many limits a target may have.
const MaxLimits = 64

// String lists the limits by name, such as "manifest-roll 200, table 512".
func (l Limits) String() string {
	words := make([]string, 0, len(l))
	for _, name := range slices.Sorted(maps.Keys(l)) {
		words = append(words, fmt.Sprintf("%s %d", name, l[name]))
	}
	return strings.Join(words, ", ")
}

// ParseLimits is the inverse of String. The space between a name and its value may be an equals sign.
func ParseLimits(text string) (Limits, error) {
	l := Limits{}
	for word := range strings.SplitSeq(text, ",") {
		fields := strings.Fields(strings.Replace(word, "=", " ", 1))
		if len(fields) != 2 {
			return nil, fmt.Errorf("limits %q: %q is not NAME VALUE", text, strings.TrimSpace(word))
		}
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("limits %q: %q is no number", text, fields[1])
		}
		l[fields[0]] = n
	}
	return l, nil
}

// CheckLimits returns an error that names a limit which the engine does not have, or one with a value that it does not
// accept.
func (t *Target) CheckLimits(l Limits) error {
	for _, name := range slices.Sorted(maps.Keys(l)) {
		i := slices.IndexFunc(t.Limits, func(known Limit) bool { return known.Name == name })
		if i < 0 {
			var names []string
			for _, known := range t.Limits {
				names = append(names, known.Name)
			}
			return fmt.Errorf("engine %q has no limit %q; its limits are: %s", t.Name, name, strings.Join(names, ", "))
		}
		if known := &t.Limits[i]; l[name] < known.Min || l[name] > known.Max {
			return fmt.Errorf("the limit %s is %d; give a number from %d to %d", name, l[name], known.Min, known.Max)
		}
	}
	return nil
}

// keepsUsual says that one of so many runs has the usual limits; the others set an eighth, a third or two thirds of them.
const keepsUsual = 5

// DrawLimits returns the limits of the run with that seed; nil if all of them are usual.
func (t *Target) DrawLimits(seed uint64) Limits {
	rng := rand.New(rand.NewPCG(seed, limitStream))
	if rng.IntN(keepsUsual) == 0 {
		return nil
	}
	share := [...]float64{1. / 8, 1. / 3, 2. / 3}[rng.IntN(3)]
	var l Limits
	for i := range t.Limits {
		if rng.Float64() >= share {
			continue
		}
		if l == nil {
			l = Limits{}
		}
		l[t.Limits[i].Name] = t.Limits[i].draw(rng)
	}
	return l
}

// limitStream tells the draws of limits from all others with the same seed.
const limitStream = 0x6c696d6974 // "limit"

func (l *Limit) draw(rng *rand.Rand) int64 {
	if l.Draw != nil {
		return min(max(l.Draw(rng), l.Min), l.Max)
	}
	up := 1 - min(l.Min, 1) // DrawSmall begins at 1
	return DrawSmall(l.Min+up, l.Usual+up)(rng) - up
}

// DrawSmall returns a draw from low, which is at least 1, to high. It is low one time in six; otherwise the logarithm of the
// value is drawn, with the smaller half of it twice as likely as the larger.
func DrawSmall(low, high int64) func(*rand.Rand) int64 {
	return func(rng *rand.Rand) int64 {
		if rng.IntN(6) == 0 {
			return low
		}
		part := math.Pow(rng.Float64(), 1.6)
		n := int64(float64(low) * math.Pow(float64(high)/float64(low), part))
		return min(max(n, low), high)
	}
}

// DrawOf returns a draw from a list.
func DrawOf(values ...int64) func(*rand.Rand) int64 {
	return func(rng *rand.Rand) int64 { return values[rng.IntN(len(values))] }
}

// DrawStart returns a draw of a number that something counts from, up to high, which is at least 1: shortly before a power of
// ten, where its text gets longer, shortly before 2^32, or anywhere.
func DrawStart(high int64) func(*rand.Rand) int64 {
	digits := max(1, int(math.Log10(float64(high))))
	return func(rng *rand.Rand) int64 {
		near := int64(0)
		switch rng.IntN(4) {
		case 0:
			near = 1 << 32
		case 1:
			near = 1 + rng.Int64N(high)
		default:
			near = int64(math.Pow10(1 + rng.IntN(digits)))
		}
		return min(max(near-rng.Int64N(12), 1), high)
	}
}

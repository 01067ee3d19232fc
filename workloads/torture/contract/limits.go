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

// Limit is a threshold of an engine that a run may set: when something rolls over, overflows, is evicted or merged, or
// has to wait. A short run reaches the code behind a threshold only if it is low.
type Limit struct {
	Name string // such as "manifest-roll"
	Text string // one line for readers
	// Min and Max are the lowest and highest value that the engine accepts. Usual is its value when a run does not set
	// it.
	Min, Max, Usual int64
	// Draw chooses the value for a run. Nil: a value in [Min, Usual], preferring small ones.
	Draw func(*rand.Rand) int64
}

// Limits maps the names of the limits that a run sets to their values. All other limits have their usual values.
type Limits map[string]int64

// MaxLimits is the maximum number of limits of a target.
const MaxLimits = 64

// String lists the limits in the order of their names, such as "manifest-roll 200, table 512".
func (l Limits) String() string {
	words := make([]string, 0, len(l))
	for _, name := range slices.Sorted(maps.Keys(l)) {
		words = append(words, fmt.Sprintf("%s %d", name, l[name]))
	}
	return strings.Join(words, ", ")
}

// ParseLimits is the inverse of String. It also accepts an equals sign between a name and its value.
func ParseLimits(text string) (Limits, error) {
	l := Limits{}
	for word := range strings.SplitSeq(text, ",") {
		fields := strings.Fields(strings.Replace(word, "=", " ", 1))
		if len(fields) != 2 {
			return nil, fmt.Errorf("limits %q: %q is not NAME VALUE", text, strings.TrimSpace(word))
		}
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("limits %q: %q is not a number", text, fields[1])
		}
		l[fields[0]] = n
	}
	return l, nil
}

// CheckLimits returns an error that names a limit which the engine does not have, or a value that it does not accept.
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

// One run in keepsUsual has the usual limits; the others set an eighth, a third or two thirds of the limits.
const keepsUsual = 5

// DrawLimits returns the limits for the run with the given seed; nil if all of them are usual.
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

// limitStream separates the draws of limits from all other draws with the same seed.
const limitStream = 0x6c696d6974 // "limit"

func (l *Limit) draw(rng *rand.Rand) int64 {
	if l.Draw != nil {
		return min(max(l.Draw(rng), l.Min), l.Max)
	}
	up := 1 - min(l.Min, 1) // DrawSmall starts at 1
	return DrawSmall(l.Min+up, l.Usual+up)(rng) - up
}

// DrawSmall returns a function that draws from [low, high]; low is at least 1. It returns low one time in six.
// Otherwise it draws the logarithm of the value, with the lower half twice as likely as the upper.
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

// DrawOf returns a function that draws from a list.
func DrawOf(values ...int64) func(*rand.Rand) int64 {
	return func(rng *rand.Rand) int64 { return values[rng.IntN(len(values))] }
}

// DrawStart returns a function that draws the start of a counter in [1, high]: just below a power of ten, where its
// text gets longer, just below 2^32, or anywhere.
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

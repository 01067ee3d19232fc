package decide

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// ask answers questions with two answers, named by about, the way an image does.
func ask(c *Path, abouts ...uint64) (answers []int) {
	c.pos, c.diverged, c.now = 0, false, func() uint64 { return 0 }
	for _, about := range abouts {
		answers = append(answers, c.Choose(2, about))
	}
	return answers
}

func TestAPathTakesEveryAnswer(t *testing.T) {
	c := NewPath(OnDemand)
	var all [][]int
	for more := true; more; more = c.Next() {
		all = append(all, ask(c, 1, 2))
		assert.False(t, c.Strayed())
	}
	assert.Equal(t, [][]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, all)
}

func TestAPathNoticesImagesThatDoNotRepeat(t *testing.T) {
	for name, abouts := range map[string][]uint64{
		"another question where the path was known":   {1, 9},
		"no question where the answer should be new":  {1},
		"no question at all":                          {},
		"another question before the path had parted": {7, 2},
	} {
		c := NewPath(OnDemand)
		ask(c, 1, 2)
		c.Next()
		ask(c, abouts...)
		assert.True(t, c.Strayed(), name)
	}
}

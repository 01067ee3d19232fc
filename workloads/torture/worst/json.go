package worst

import "encoding/json"

// saved is the JSON form of a Worst. A recovery may be the worst by several criteria, so Best refers to Recoveries by index.
type saved struct {
	Runs       int         `json:"runs"`
	Looked     int         `json:"looked"`
	Recoveries []*Recovery `json:"recoveries"`
	Best       map[int]int `json:"best"` // by criterion
}

// MarshalJSON returns everything that a later process needs to go on.
func (w *Worst) MarshalJSON() ([]byte, error) {
	s := saved{Runs: w.runs, Looked: w.looked, Best: map[int]int{}}
	at := map[*Recovery]int{}
	for criterion := range criteria {
		r := w.best[criterion]
		if r == nil {
			continue
		}
		if _, known := at[r]; !known {
			at[r] = len(s.Recoveries)
			s.Recoveries = append(s.Recoveries, r)
		}
		s.Best[criterion] = at[r]
	}
	return json.Marshal(s)
}

// UnmarshalJSON restores what MarshalJSON returned.
func (w *Worst) UnmarshalJSON(text []byte) error {
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	*w = Worst{runs: s.Runs, looked: s.Looked, best: map[int]*Recovery{}}
	for criterion, i := range s.Best {
		if i >= 0 && i < len(s.Recoveries) {
			w.best[criterion] = s.Recoveries[i]
		}
	}
	return nil
}

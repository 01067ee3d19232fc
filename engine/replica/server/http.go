package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// requestTimeout is how long a request may take whose client sets no limit.
const requestTimeout = 10 * time.Second

// Handler returns what clients talk to over HTTP:
//
//	GET    /v1/pairs/KEY    the value; 404 if there is none
//	PUT    /v1/pairs/KEY    the body becomes the value
//	DELETE /v1/pairs/KEY
//	GET    /v1/status       what the node knows of itself, as JSON
//	GET    /healthz         200 if the node runs and knows a leader, otherwise 503 with the reason
//	POST   /v1/members      a JSON list of {"node": 4, "change": "add-learner", "address": "host:port"}
//	POST   /v1/checkpoint   a JSON object {"dir": "/backup/today"}, on the machine of the node
//
// A KEY is escaped as in a URL. Errors are 400 for a request that cannot be understood, 503 if it came to nothing and can be
// sent again, and 504 for a write that may have taken effect.
func (s *Server) Handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /v1/pairs/{key...}", s.get)
	m.HandleFunc("PUT /v1/pairs/{key...}", func(w http.ResponseWriter, r *http.Request) {
		value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, replica.CommandBytesMax))
		if err != nil {
			refuse(w, fmt.Errorf("%w: the value: %w", replica.ErrCommand, err))
			return
		}
		s.write(w, r, replica.Write{Key: []byte(r.PathValue("key")), Value: value})
	})
	m.HandleFunc("DELETE /v1/pairs/{key...}", func(w http.ResponseWriter, r *http.Request) {
		s.write(w, r, replica.Write{Key: []byte(r.PathValue("key")), Delete: true})
	})
	m.HandleFunc("GET /v1/status", s.status)
	m.HandleFunc("GET /healthz", s.health)
	m.HandleFunc("POST /v1/members", s.members)
	m.HandleFunc("POST /v1/checkpoint", s.checkpoint)
	return m
}

// limited gives a request an end.
func limited(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), requestTimeout)
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	ctx, stop := limited(r)
	defer stop()
	value, ok, err := s.Get(ctx, []byte(r.PathValue("key")))
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case !ok:
		http.Error(w, "there is no such key", http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(value)))
		_, _ = w.Write(value) // the client may be gone
	}
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, write replica.Write) {
	ctx, stop := limited(r)
	defer stop()
	if _, err := s.Do(ctx, nil, []replica.Write{write}); err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// refuse answers a request that came to nothing, or of which that is not known.
func refuse(w http.ResponseWriter, err error) {
	code := http.StatusServiceUnavailable
	switch {
	case errors.Is(err, replica.ErrCommand), errors.Is(err, replica.ErrTooLarge), errors.Is(err, ErrReserved), errors.Is(err, replica.ErrMembers):
		code = http.StatusBadRequest
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, replica.ErrStopped):
		code = http.StatusGatewayTimeout
	}
	http.Error(w, err.Error(), code)
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	ctx, stop := limited(r)
	defer stop()
	status, err := s.Status(ctx)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(status) // the client may be gone
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	ctx, stop := limited(r)
	defer stop()
	status, err := s.Status(ctx)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case status.Leader == 0:
		http.Error(w, replica.ErrNoLeader.Error(), http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "ok")
	}
}

// Member is a change of membership as clients ask for it.
type Member struct {
	Node    uint64 `json:"node"`
	Change  string `json:"change"`            // add-voter, add-learner or remove
	Address string `json:"address,omitempty"` // where other nodes reach it
}

var memberChanges = map[string]replica.Change{"add-voter": replica.AddVoter, "add-learner": replica.AddLearner, "remove": replica.Remove}

func (s *Server) members(w http.ResponseWriter, r *http.Request) {
	ctx, stop := limited(r)
	defer stop()
	var asked []Member
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&asked); err != nil {
		refuse(w, fmt.Errorf("%w: %w", replica.ErrMembers, err))
		return
	}
	if err := s.ChangeMembers(ctx, asked...); err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) checkpoint(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Dir string `json:"dir"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&asked); err != nil || asked.Dir == "" {
		http.Error(w, "a checkpoint needs a directory: {\"dir\": \"/backup/today\"}", http.StatusBadRequest)
		return
	}
	if err := s.Checkpoint(r.Context(), asked.Dir); err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

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

// requestTimeout is the time limit of a request.
const requestTimeout = 10 * time.Second

// Handler returns the HTTP API for clients:
//
//	GET    /v1/pairs/KEY    returns the value, or 404 if the key does not exist
//	PUT    /v1/pairs/KEY    sets the value to the body
//	DELETE /v1/pairs/KEY    deletes the key
//	GET    /v1/status       returns the replica.Status of the node as JSON
//	GET    /healthz         returns 200 if the node runs and knows a leader, otherwise 503 with the reason
//	GET    /metrics         returns the metrics of the node in the text format of Prometheus; see Metrics
//	POST   /v1/members      takes a JSON list of {"node": 4, "change": "add-learner", "address": "host:port"}
//	POST   /v1/checkpoint   takes a JSON object {"dir": "/backup/today"}, a directory on the node's machine
//
// KEY is URL-escaped. Errors are 400 for an invalid request, 503 if nothing was done and the request can be sent again, and 504
// if a write may have taken effect.
func (s *Server) Handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /v1/pairs/{key...}", s.get)
	m.HandleFunc("PUT /v1/pairs/{key...}", func(w http.ResponseWriter, r *http.Request) {
		value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, replica.CommandBytesMax))
		if err != nil {
			refuse(w, fmt.Errorf("%w: reading the value: %w", replica.ErrCommand, err))
			return
		}
		s.write(w, r, replica.Write{Key: []byte(r.PathValue("key")), Value: value})
	})
	m.HandleFunc("DELETE /v1/pairs/{key...}", func(w http.ResponseWriter, r *http.Request) {
		s.write(w, r, replica.Write{Key: []byte(r.PathValue("key")), Delete: true})
	})
	m.HandleFunc("GET /v1/status", s.status)
	m.HandleFunc("GET /healthz", s.health)
	m.HandleFunc("GET /metrics", s.metrics)
	m.HandleFunc("POST /v1/members", s.members)
	m.HandleFunc("POST /v1/checkpoint", s.checkpoint)
	return m
}

// limited returns the context of a request, limited to requestTimeout.
func limited(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), requestTimeout)
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	ctx, stop := limited(r)
	defer stop()
	value, ok, err := s.Get(ctx, []byte(r.PathValue("key")))
	switch {
	case err != nil:
		refuse(w, err)
	case !ok:
		http.Error(w, "there is no such key", http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(value)))
		_, _ = w.Write(value) // an error means that the client is gone
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

// refuse answers a request that failed, or whose outcome is unknown.
func refuse(w http.ResponseWriter, err error) {
	code, text := http.StatusServiceUnavailable, err.Error()
	switch {
	case errors.Is(err, replica.ErrCommand), errors.Is(err, replica.ErrTooLarge), errors.Is(err, ErrReserved), errors.Is(err, replica.ErrMembers):
		code = http.StatusBadRequest
	case errors.Is(err, replica.ErrStopped):
		code = http.StatusGatewayTimeout
	case errors.Is(err, context.DeadlineExceeded):
		code = http.StatusGatewayTimeout
		text = fmt.Sprintf("the group has not answered for %v; does a majority of its nodes run? A write may still take effect", requestTimeout)
	}
	http.Error(w, text, code)
}

// current returns the status of the node. If the node has stopped or does not answer in time, it answers the request with an error.
func (s *Server) current(w http.ResponseWriter, r *http.Request) (status replica.Status, ok bool) {
	ctx, stop := limited(r)
	defer stop()
	status, err := s.Status(ctx)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
	return status, err == nil
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	status, ok := s.current(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(status) // an error means that the client is gone
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

// Member is a client's request to change the membership of one node.
type Member struct {
	Node    uint64 `json:"node"`
	Change  string `json:"change"`            // add-voter, add-learner or remove
	Address string `json:"address,omitempty"` // "host:port" at which other nodes reach it
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

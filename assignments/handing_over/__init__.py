"""Hand-overs: managers take work back, keep it for people, or open it to all; automation goes on afterwards."""

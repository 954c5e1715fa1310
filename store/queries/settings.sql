-- name: Settings :many
SELECT key, value FROM settings ORDER BY key;

-- name: SetSetting :exec
INSERT INTO settings (key, value) VALUES (@key, @value)
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = now()
WHERE settings.value IS DISTINCT FROM EXCLUDED.value;

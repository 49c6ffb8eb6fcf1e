"""What the server does on its own, in the background; one async function a job."""

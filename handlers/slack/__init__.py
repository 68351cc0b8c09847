"""What officers see and do in Slack: cards and modals (pure), and the acts that call the desk."""

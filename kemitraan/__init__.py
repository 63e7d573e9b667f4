"""The door to the model: `import kemitraan as km`."""

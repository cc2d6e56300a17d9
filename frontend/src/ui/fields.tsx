/** Fields of forms: a label, what is to be known, what is wrong. React Aria ties them together for every reader. */

import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select, SelectValue } from "react-aria-components/Select";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField } from "react-aria-components/TextField";
import { Icon } from "./icon";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  error?: string;
  type?: "text" | "email" | "password" | "search";
  inputMode?: "decimal" | "numeric";
  autoComplete?: string;
  name?: string;
  required?: boolean;
  rows?: number;
  maxLength?: number;
  autoFocus?: boolean;
}

export function Field({ label, hint, error, rows, inputMode, required, ...field }: FieldProps): ReactNode {
  return (
    <TextField className="field" isRequired={required} isInvalid={error !== undefined} validationBehavior="aria" {...field}>
      <Label>{label}</Label>
      {rows ? <TextArea className="input" rows={rows} /> : <Input className="input" inputMode={inputMode} />}
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="error">{error}</FieldError>
    </TextField>
  );
}

interface ChoiceProps<Key extends string> {
  label: string;
  value: Key;
  options: Record<string, string>;
  onChange: (value: Key) => void;
  /** The label is for screen readers alone. */
  bare?: boolean;
}

export function Choice<Key extends string>({ label, value, options, onChange, bare }: ChoiceProps<Key>): ReactNode {
  return (
    <Select
      className="field"
      value={value}
      onChange={(key) => key !== null && onChange(String(key) as Key)}
      aria-label={bare ? label : undefined}
    >
      {!bare && <Label>{label}</Label>}
      <Button className="input choice">
        <SelectValue />
        <Icon name="chevron" />
      </Button>
      <Popover className="popover">
        <ListBox className="options">
          {Object.entries(options).map(([key, text]) => (
            <ListBoxItem key={key} id={key} className="option" textValue={text}>
              {text}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

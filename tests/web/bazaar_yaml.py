"""What the bazaar declares."""

MANIFEST = """
product: {name: {zh_Hant: 市集, en: Bazaar}, languages: [zh_Hant, zh_Hans, en]}
organization: {entity: org_unit, parent: parent}
roles:
  staff: {label: {zh_Hant: 員工, en: Staff}}
  clerk: {label: {zh_Hant: 文員, en: Clerk}, includes: [staff], home: [ready_orders]}
  boss: {label: {zh_Hant: 主任, en: Boss}, includes: [staff]}
  viewer: {label: {zh_Hant: 查閱者, en: Viewer}, includes: [staff]}
  guest: {label: {zh_Hant: 訪客, en: Guest}}
include: [models/trade.yaml, models/things.yaml]
"""
TRADE = """
module: trade
label: {zh_Hant: 買賣, en: Trade}
icon: building
menu:
  - {entity: org_unit}
  - {entity: customer}
  - {entity: order}
  - {entity: order, view: ready, label: {zh_Hant: 待過帳單, en: Waiting orders}}
  - {screen: bazaar_tests.counter, label: {zh_Hant: 收費台, en: Counter}, icon: cash}
home:
  ready_orders:
    label: {zh_Hant: 就緒單數, en: Ready orders}
    entity: order
    filter: "state == 'ready'"
    show: count
  order_sum:
    label: {zh_Hant: 單總額, en: Sum of orders}
    entity: order
    show: sum
    field: total
    roles: [boss]
  profit_sum:
    label: {zh_Hant: 毛利總額, en: Sum of profit}
    entity: order
    show: sum
    field: profit
  newest:
    label: {zh_Hant: 最近訂單, en: Newest orders}
    entity: order
    show: list
    columns: [no, customer, state]
entities:
  org_unit:
    label: {zh_Hant: 組織, en: Unit}
    title: name
    parent: parent
    fields:
      code: {type: text, label: {zh_Hant: 代碼, en: Code}}
      name: {type: text, required: true, label: {zh_Hant: 名稱, en: Name}}
      parent: {type: link, to: org_unit, label: {zh_Hant: 上級, en: Parent}}
    list: {columns: [name, code], sort: [code], tree: true}
    rights: {staff: [read], guest: [read]}
  customer:
    label: {zh_Hant: 客戶, en: Customer}
    title: name
    subtitle: [city, phone]
    search: [name, phone, secret]
    scope: unit
    fields:
      name: {type: text, required: true, label: {zh_Hant: 姓名, en: Name}}
      unit: {type: link, to: org_unit, required: true, label: {zh_Hant: 單位, en: Unit}}
      phone: {type: phone, mask: phone, unique: true, label: {zh_Hant: 電話, en: Phone}}
      city: {type: text, label: {zh_Hant: 城市, en: City}}
      secret: {type: text, label: {zh_Hant: 暗記, en: Secret mark}}
      score: {type: integer, label: {zh_Hant: 暗分, en: Secret score}}
      active: {type: boolean, default: true, label: {zh_Hant: 有效, en: Active}}
      keeper: {type: link, to: user, label: {zh_Hant: 跟進人, en: Keeper}}
      portrait: {type: image, label: {zh_Hant: 相片, en: Portrait}}
    list:
      columns: [name, city, phone, secret, unit]
      filters: [city, unit, active]
      sort: [name]
      edit_inline: [city, phone, secret]
      card: {title: name, subtitle: [city, phone]}
      views:
        idle: {label: {zh_Hant: 停用客戶, en: Idle customers}, filter: "active == False"}
    form:
      tabs:
        - name: basic
          label: {zh_Hant: 基本資料, en: Basics}
          sections: [{label: {zh_Hant: 身份, en: Identity}, fields: [name, unit, phone, city]}]
        - name: more
          label: {zh_Hant: 其他資料, en: More}
          sections: [{label: {zh_Hant: 雜項, en: Other},
                      fields: [secret, score, active, keeper, portrait]}]
    page:
      facts: [city, phone]
      related:
        - {entity: order, by: customer, label: {zh_Hant: 他的訂單, en: His orders},
           columns: [no, state, total]}
        - {entity: membership, by: customer, label: {zh_Hant: 他的會籍, en: His memberships}}
    rights:
      clerk:
        can: [read, create, change, delete, bulk, export, history, comment, attach]
        hide: [secret, score]
      boss:
        can: [read, create, change, delete, bulk, history, comment, attach, print]
        reveal: [phone]
      viewer: {can: [read, history], hide: [secret, score]}
  vip:
    label: {zh_Hant: 貴賓, en: Very important person}
    title: phone
    search: [phone]
    fields:
      phone: {type: phone, mask: phone, label: {zh_Hant: 貴賓電話, en: Phone}}
      note: {type: text, label: {zh_Hant: 貴賓備註, en: Note}}
    page:
      related:
        - {entity: membership, by: vip, label: {zh_Hant: 會員, en: Members},
           columns: [customer, since]}
    buttons:
      honour: {label: {zh_Hant: 致敬, en: Honour}, when: "note == 'yes'",
               set: {note: "'honoured'"}, bulk: true}
    rights:
      clerk: [read, create, change, delete, bulk, history, honour]
      viewer: [read]
      guest: {can: [read], hide: [phone]}
  membership:
    label: {zh_Hant: 會籍, en: Membership}
    title: customer
    fields:
      vip:
        type: link
        to: vip
        required: true
        quick_create: true
        label: {zh_Hant: 貴賓, en: VIP}
      customer: {type: link, to: customer, required: true, label: {zh_Hant: 客戶, en: Customer}}
      since: {type: date, label: {zh_Hant: 自, en: Since}}
    list: {columns: [customer, vip, customer.city, since]}
    rights: {clerk: [read, create], guest: [read, create]}
  order:
    label: {zh_Hant: 訂單, en: Order}
    title: no
    subtitle: [customer]
    search: [no]
    scope: customer.unit
    lock_when: "state == 'posted'"
    lock_except: [note]
    delete: unused
    fields:
      no: {type: series, pattern: "O{yyyy}-{n:4}", reset: year, gap_free: true,
           label: {zh_Hant: 編號, en: Number}}
      customer:
        type: link
        to: customer
        required: true
        filter: "active == True"
        quick_create: true
        label: {zh_Hant: 客戶, en: Customer}
      vip: {type: link, to: vip, label: {zh_Hant: 貴賓, en: VIP}}
      carrier: {type: link, to: customer, filter: "unit == record.customer.unit",
                label: {zh_Hant: 送貨人, en: Carrier}}
      city: {type: text, fetch: customer.city, label: {zh_Hant: 送貨城市, en: Delivery city}}
      state:
        type: choice
        default: draft
        options:
          draft: {label: {zh_Hant: 草稿, en: Draft}, color: secondary}
          ready: {label: {zh_Hant: 就緒, en: Ready}, color: blue}
          posted: {label: {zh_Hant: 已過帳, en: Posted}, color: green, pick: [boss]}
        label: {zh_Hant: 狀態, en: State}
      kind:
        type: choice
        default: sale
        options: {sale: {zh_Hant: 銷售, en: Sale}, gift: {zh_Hant: 贈送, en: Gift}}
        label: {zh_Hant: 種類, en: Kind}
      reason:
        type: text
        visible_when: "kind == 'gift'"
        required_when: "kind == 'gift'"
        label: {zh_Hant: 原因, en: Reason}
      due_on: {type: date, label: {zh_Hant: 到期日, en: Due on}}
      until: {type: date, label: {zh_Hant: 至, en: Until}}
      frozen: {type: text, editable: on_create, label: {zh_Hant: 定稿, en: Frozen}}
      limit: {type: money, read_only_when: "state == 'ready'", label: {zh_Hant: 上限, en: Limit}}
      lines:
        type: lines
        of: order_line
        by: order
        columns: [item, qty, price, amount, cost, tel, giver]
        label: {zh_Hant: 明細, en: Lines}
      total: {type: money, compute: "sum(lines.amount)", stored: true,
              label: {zh_Hant: 合計, en: Total}}
      profit: {type: money, label: {zh_Hant: 毛利, en: Profit}}
      late: {type: boolean, compute: "due_on < today()", label: {zh_Hant: 逾期, en: Late}}
      about: {type: any_link, to: [customer, vip], label: {zh_Hant: 關於, en: About}}
      paper: {type: file, label: {zh_Hant: 單據, en: Paper}}
      note: {type: long_text, label: {zh_Hant: 備註, en: Note}}
    checks:
      within_limit:
        that: "total <= limit"
        message: {zh_Hant: 合計不可超過上限的 100%, en: The total exceeds 100% of the limit}
        field: limit
    buttons:
      post:
        label: {zh_Hant: 過帳, en: Post}
        when: "state == 'ready'"
        why_not: {zh_Hant: 只有就緒的訂單可以過帳, en: Only ready orders can be posted}
        ask:
          why: {type: text, required: true, label: {zh_Hant: 過帳原因, en: Why posted}}
          witness: {type: link, to: customer, label: {zh_Hant: 見證人, en: Witness}}
        set: {state: "'posted'", note: ask.why}
        action: bazaar_tests.posted
        bulk: true
      ready:
        label: {zh_Hant: 備妥, en: Make ready}
        when: "state == 'draft'"
        set: {state: "'ready'"}
        bulk: true
      sheet:
        label: {zh_Hant: 匯出單, en: Sheet}
        action: bazaar_tests.sheet
        confirm: {zh_Hant: 要匯出嗎, en: Make the sheet}
      clear_out:
        label: {zh_Hant: 清倉, en: Clear out}
        list_only: true
        preview: true
        ask:
          unit: {type: link, to: org_unit, required: true, label: {zh_Hant: 清倉單位, en: Whose}}
          customer: {type: link, to: customer, filter: "unit == ask.unit",
                     label: {zh_Hant: 僅此客戶, en: Only this customer}}
        action: bazaar_tests.cleared
      recount:
        label: {zh_Hant: 重算, en: Recount}
        list_only: true
        action: bazaar_tests.recounted
    list:
      columns: [no, customer, state, due_on, total, late]
      filters: [state, customer, due_on]
      sort: [-no]
      totals: [total]
      card: {title: no, subtitle: [customer], badge: state, amount: total}
      views:
        ready: {label: {zh_Hant: 待過帳, en: To be posted}, filter: "state == 'ready'"}
      board: {by: state}
      calendar: {start: due_on, end: until}
      edit_inline: [due_on, state]
    rights:
      clerk:
        can: [read, create, change, delete, bulk, ready, comment, attach, history, export]
        hide: [profit]
      boss:
        can: [read, create, change, delete, bulk, post, ready, sheet, clear_out, recount, comment,
              attach, history, print]
      viewer: {can: [read], rows: own, hide: [profit]}
  order_line:
    label: {zh_Hant: 訂單明細, en: Order line}
    part_of: order
    title: item
    fields:
      order: {type: link, to: order, required: true, on_delete: cascade,
              label: {zh_Hant: 所屬訂單, en: Order}}
      item: {type: text, required: true, label: {zh_Hant: 項目, en: Item}}
      qty: {type: decimal, scale: 3, default: "1", min: 0, label: {zh_Hant: 數量, en: Quantity}}
      price: {type: money, required: true, label: {zh_Hant: 單價, en: Price}}
      amount: {type: money, compute: "round(qty * price, 2)", stored: true,
               label: {zh_Hant: 金額, en: Amount}}
      cost: {type: money, label: {zh_Hant: 成本價, en: Cost}}
      tel: {type: phone, mask: phone, label: {zh_Hant: 收貨電話, en: Telephone}}
      giver: {type: link, to: customer, filter: "city == record.order.city",
              label: {zh_Hant: 供貨人, en: Giver}}
    rights:
      clerk: {can: [read, create, change, delete], hide: [cost]}
      viewer: {can: [read], hide: [cost]}
  ledger:
    label: {zh_Hant: 流水帳, en: Ledger}
    title: text
    written_by: plugins
    comments: false
    attachments: false
    fields:
      text: {type: text, label: {zh_Hant: 內容, en: Text}}
    rights: {clerk: [read, create, change, delete, bulk], boss: [read]}
"""
THINGS = """
module: things
label: {zh_Hant: 雜物, en: Things}
entities:
  thing:
    label: {zh_Hant: 物品, en: Thing}
    title: name
    search: [name]
    comments: true
    fields:
      name: {type: text, required: true, label: {zh_Hant: 名, en: Name}}
      short: {type: text, max_length: 5, pattern: "[A-Z]+", label: 短碼}
      story: {type: long_text, label: 故事}
      notice: {type: rich_text, label: 通告}
      count: {type: integer, label: 件數}
      small: {type: integer, min: 0, max: 9, label: 個位}
      weight: {type: decimal, scale: 2, unit: kg, label: 重量}
      price: {type: money, label: 價錢}
      share: {type: percent, label: 份額}
      good: {type: boolean, label: 好}
      color_of: {type: choice, options: {red: 紅, blue: 藍}, label: 顏色}
      tags: {type: multi_choice, options: {a: 甲, b: 乙}, label: 標籤}
      day: {type: date, label: 日}
      clock: {type: time, label: 時}
      moment: {type: datetime, label: 時刻}
      span: {type: duration, label: 時長}
      unit: {type: link, to: org_unit, label: 單位}
      person: {type: link, to: user, label: 人}
      about: {type: any_link, to: [org_unit, thing], label: 關於}
      paper: {type: file, label: 文件}
      papers: {type: file, multiple: true, label: 多文件}
      picture: {type: image, label: 圖}
      sign: {type: signature, label: 簽名}
      phone: {type: phone, label: 電話}
      mail: {type: email, label: 電郵}
      site: {type: url, label: 網址}
      identity: {type: id_number, label: 證件}
      paint: {type: color, label: 漆}
      machine: {type: json, label: 機器}
      parts: {type: lines, of: part, by: thing, label: 零件}
      inner: {type: text, hidden: true, label: 內部}
    list: {columns: [name, count, price, tags, day, unit]}
    rights: {clerk: [read, create, change, delete, bulk, comment, attach, history]}
  part:
    label: {zh_Hant: 零件, en: Part}
    part_of: thing
    title: name
    fields:
      thing: {type: link, to: thing, required: true, on_delete: cascade, label: 物品}
      name: {type: text, required: true, label: 零件名}
      size: {type: integer, label: 尺寸}
"""
